/// Identifiers of 128 random bits, written as 32 lower-case hex digits.
public enum HexID {
    /// A fresh identifier from the system's cryptographic source.
    public static func random() -> String {
        encode(bits(), bits())
    }

    /// 64 bits from the system's cryptographic source.
    public static func bits() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Two numbers as 32 digits.
    public static func encode(_ first: UInt64, _ second: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { digits in
            for place in 0..<16 {
                let shift = UInt64(60 - 4 * place)
                digits[place] = digit(UInt8(truncatingIfNeeded: first >> shift) & 15)
                digits[16 + place] = digit(UInt8(truncatingIfNeeded: second >> shift) & 15)
            }
            return 32
        }
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
        var out: [UInt8] = []
        out.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            out.append(digit(byte >> 4))
            out.append(digit(byte & 15))
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
}
