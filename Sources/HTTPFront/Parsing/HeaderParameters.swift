/// `; name=value` as it follows a media type or a disposition (RFC 9110 §5.6.6, RFC 2183, RFC 2231).
///
/// Lenient where clients are: an unquoted value runs to the next `;`, so a boundary with `/` or `+` needs no quotes, and a
/// backslash in a quoted string only escapes a quote or a backslash, since browsers send Windows paths unescaped.
public struct HeaderParameters: Hashable, Sendable {
    /// Names in lower case, in the order sent.
    public private(set) var items: [(name: String, value: String)] = []

    /// The most parameters that are looked at.
    static let limit = 32

    /// - Parameter text: what follows the first `;`.
    init(parsing text: some StringProtocol) {
        var scanner = ParameterScanner(text)
        while items.count < Self.limit, let item = scanner.next() { items.append(item) }
    }

    /// The first parameter of this name, given in lower case.
    public subscript(name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    /// A parameter that may be encoded (RFC 8187) or split into pieces (RFC 2231 §3): `name*`, `name*0`, `name*1*`, …. The
    /// encoded form wins over the plain one.
    public func extended(_ name: String) -> String? {
        if let encoded = self[name + "*"], let text = Self.decodeExtended(encoded) { return text }
        return continued(name) ?? self[name]
    }

    private func continued(_ name: String) -> String? {
        var whole = ""
        var charset = Charset.utf8
        for index in 0..<Self.limit {
            if let piece = self["\(name)*\(index)"] {
                whole += piece
            } else if let encoded = self["\(name)*\(index)*"] {
                let piece: Substring
                if index == 0 {
                    guard let (named, text) = Self.splitExtended(encoded) else { return nil }
                    (charset, piece) = (named, text)
                } else {
                    piece = Substring(encoded)
                }
                guard let text = charset.decode(piece) else { return nil }
                whole += text
            } else {
                return index == 0 ? nil : whole
            }
        }
        return whole
    }

    private static func decodeExtended(_ value: String) -> String? {
        splitExtended(value).flatMap { charset, text in charset.decode(text) }
    }

    /// `UTF-8'en'%e2%82%ac`.
    private static func splitExtended(_ value: String) -> (Charset, Substring)? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let charset = Charset(rawValue: parts[0].lowercased()) else { return nil }
        return (charset, parts[2])
    }

    private enum Charset: String {
        case utf8 = "utf-8"
        case latin1 = "iso-8859-1"
        case ascii = "us-ascii"

        func decode(_ text: Substring) -> String? {
            guard self == .latin1 else { return PercentEncoding.decode(text) }
            return PercentEncoding.bytes(text).map { bytes in
                String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            }
        }
    }

    public static func == (left: HeaderParameters, right: HeaderParameters) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        for item in items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }
}

/// Takes one parameter after the other.
private struct ParameterScanner {
    private var rest: Substring.UnicodeScalarView

    init(_ text: some StringProtocol) {
        rest = Substring(text).unicodeScalars
    }

    mutating func next() -> (name: String, value: String)? {
        while let first = rest.first, first == ";" || first == " " || first == "\t" { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        let name = take { $0 == "=" || $0 == ";" }
        guard rest.first == "=" else { return (name.lowercased(), "") }
        rest.removeFirst()
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        guard rest.first == "\"" else { return (name.lowercased(), take { $0 == ";" }) }
        rest.removeFirst()
        let value = quoted()
        _ = take { $0 == ";" }
        return (name.lowercased(), value)
    }

    /// Up to what `stops` accepts, without the white space around it.
    private mutating func take(until stops: (Unicode.Scalar) -> Bool) -> String {
        let end = rest.firstIndex(where: stops) ?? rest.endIndex
        defer { rest = rest[end...] }
        return HTTPToken.trim(Substring(rest[..<end]))
    }

    private mutating func quoted() -> String {
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { break }
            if scalar == "\\", let next = rest.first, next == "\"" || next == "\\" {
                rest.removeFirst()
                value.append(next)
            } else {
                value.append(scalar)
            }
        }
        return String(value)
    }
}
