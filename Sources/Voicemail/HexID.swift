/// Identifiers of 128 random bits, written as 32 lower-case hex digits.
public enum HexID {
    /// A fresh identifier from the system's cryptographic source.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return hex(generator.next()) + hex(generator.next())
    }

    /// Whether `text` is exactly 32 lower-case hex digits.
    public static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count == 32 && bytes.allSatisfy { isLowerHex($0) }
    }

    /// A digit as ids are written: `0`–`9`, `a`–`f`.
    public static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Bytes as lower-case hex digits.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hex(_ value: UInt64) -> String {
        encode((0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) })
    }
}
