/// Values for a `Content-Disposition` answer header, safe whatever the name holds: no line end, quote or separator of a
/// hostile name survives as one.
public enum ContentDisposition {
    /// `attachment; filename="…"`, and `filename*` (RFC 6266 §4.3, RFC 8187) when the name is not plain ASCII. Line ends and other
    /// control characters become `_`, and so do `/` and `\`, which clients take for folders.
    public static func attachment(_ name: String) -> String {
        value("attachment", name)
    }

    /// The same, for what a browser should play in place.
    public static func inline(_ name: String) -> String {
        value("inline", name)
    }

    /// `attachment; filename="1001_2016-05-10_01:18:42.mp3"`: with colons, as KAZOO names files (K§7.9), and in quotes, unlike there:
    /// a colon ends a token (RFC 9110 §5.6.2), and readers that go by that take the rest for an error or drop it. A name that is a token
    /// has no quotes. What neither may hold becomes `_`.
    public static func plainAttachment(_ name: String) -> String {
        let bytes = name.unicodeScalars.map { scalar -> UInt8 in
            guard scalar.isASCII else { return underscore }
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            return HTTPToken.isTokenByte(byte) || byte == UInt8(ascii: ":") ? byte : underscore
        }
        guard !bytes.isEmpty else { return "attachment; filename=file" }
        let text = String(decoding: bytes, as: UTF8.self)
        return HTTPToken.isToken(text) ? "attachment; filename=" + text : "attachment; filename=\"\(text)\""
    }

    private static let underscore = UInt8(ascii: "_")

    private static func value(_ kind: String, _ name: String) -> String {
        let clean = String(String.UnicodeScalarView(name.unicodeScalars.map { isHarmful($0) ? "_" : $0 }))
        let ascii = String(String.UnicodeScalarView(clean.unicodeScalars.map { $0.isASCII && $0 != "%" ? $0 : "_" }))
        var quoted = ""
        for character in ascii.unicodeScalars {
            quoted.unicodeScalars.append(character == "\"" ? "_" : character)
        }
        let plain = "\(kind); filename=\"\(quoted.isEmpty ? "file" : quoted)\""
        return quoted == clean ? plain : plain + "; filename*=UTF-8''" + PercentEncoding.encode(clean)
    }

    /// Control and formatting characters, among them the marks that reverse the direction of writing, and path separators.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar == "\\" || LabelCharacters.isInvisible(scalar)
    }
}

/// Characters that labels from outside lose.
enum LabelCharacters {
    /// Controls, format characters (direction marks, zero-width ones) and line and paragraph separators.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
