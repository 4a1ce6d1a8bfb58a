/// A `Content-Disposition` as clients send it with a part (RFC 2183, RFC 7578 §4.2).
public struct Disposition: Hashable, Sendable {
    /// `form-data` or `attachment`, in lower case.
    public let kind: String
    public let parameters: HeaderParameters

    public init(parsing text: some StringProtocol) {
        let cut = text.firstIndex(of: ";") ?? text.endIndex
        kind = HTTPToken.trim(text[..<cut]).lowercased()
        parameters = HeaderParameters(parsing: text[cut...])
    }

    public var name: String? { parameters.extended("name") }

    /// As sent, a label and never a path: see `FileLabel`.
    public var filename: String? { parameters.extended("filename") }
}

/// What is left of a client's file name.
public enum FileLabel {
    /// The part behind the last `/` or `\`: `vm_away.wav` of `/D:/greeting/vm_away.wav`.
    public static func lastComponent(_ text: String) -> String {
        text.unicodeScalars.lastIndex { $0 == "/" || $0 == "\\" }.map { String(text[text.unicodeScalars.index(after: $0)...]) } ?? text
    }
}
