import Voicemail

/// Percent-encoding as URLs carry it (RFC 3986 §2.1).
public enum PercentEncoding {
    /// Decodes `text` once.
    /// - Parameters:
    ///   - plusIsSpace: whether `+` stands for a space, as in HTML forms.
    ///   - takesForeign: whether bytes that are not UTF-8 are read as ISO 8859-1.
    /// - Returns: nil when a `%` is not followed by two hex digits or the bytes are not to be read.
    public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false, takesForeign: Bool = false) -> String? {
        guard text.utf8.contains(where: { $0 == percent || (plusIsSpace && $0 == plus) }) else { return String(text) }
        return bytes(text, plusIsSpace: plusIsSpace).flatMap { takesForeign ? String(foreign: $0) : String(validating: $0, as: UTF8.self) }
    }

    /// The bytes that `text` stands for; nil when a `%` is not followed by two hex digits.
    static func bytes(_ text: some StringProtocol, plusIsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            if byte == percent {
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == plus ? space : byte)
            }
        }
        return bytes
    }

    /// Encodes everything but RFC 3986's unreserved characters, as UTF-8.
    public static func encode(_ text: some StringProtocol) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                out.append(byte)
            } else {
                append(byte, to: &out)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends `%XX`.
    static func append(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(percent)
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 15))
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static let percent = UInt8(ascii: "%")
    private static let plus = UInt8(ascii: "+")
    private static let space = UInt8(ascii: " ")
}
