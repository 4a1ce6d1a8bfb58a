/// A `Content-Type` (RFC 9110 §8.3.1).
public struct MediaType: Hashable, Sendable {
    /// `audio`, in lower case.
    public let type: String
    /// `mpeg`, in lower case.
    public let subtype: String
    public let parameters: HeaderParameters

    /// - Returns: nil unless `text` begins with `type/subtype`, both tokens.
    public init?(parsing text: some StringProtocol) {
        let cut = text.firstIndex(of: ";") ?? text.endIndex
        let parts = text[..<cut].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        type = HTTPToken.trim(parts[0]).lowercased()
        subtype = HTTPToken.trim(parts[1]).lowercased()
        guard HTTPToken.isToken(type), HTTPToken.isToken(subtype) else { return nil }
        parameters = HeaderParameters(parsing: text[cut...])
    }

    /// `audio/mpeg`, without parameters.
    public var essence: String { type + "/" + subtype }

    /// The boundary of a multipart body; nil when there is none that could be used (RFC 2046 §5.1.1).
    public var boundary: String? {
        guard type == "multipart", let boundary = parameters["boundary"], MultipartParser.isBoundary(boundary) else { return nil }
        return boundary
    }
}

/// What header fields are made of (RFC 9110 §5.6).
public enum HTTPToken {
    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: punctuation.contains(byte)
        }
    }

    private static let punctuation = Set("!#$%&'*+-.^_`|~".utf8)

    /// Without spaces and tabs at either end.
    public static func trim(_ text: some StringProtocol) -> String {
        var rest = Substring(text).unicodeScalars
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t"
    }
}
