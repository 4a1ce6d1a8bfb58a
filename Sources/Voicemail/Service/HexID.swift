/// Identifiers of 128 random bits, written as 32 lower-case hex digits.
public enum HexID {
    /// A new identifier, from the system's cryptographic random numbers.
    public static func random() -> String {
        encode(bits(), bits())
    }

    /// 64 bits of the system's cryptographic random numbers.
    public static func bits() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Two numbers as 32 digits.
    public static func encode(_ first: UInt64, _ second: UInt64) -> String {
        withUnsafeBytes(of: (first.bigEndian, second.bigEndian)) { digits(of: $0) }
    }

    /// Whether `text` is exactly 32 lower-case hex digits.
    public static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count == 32 && bytes.allSatisfy { isLowerHex($0) }
    }

    /// Whether a byte is a digit as ids have it: `0`–`9`, `a`–`f`.
    public static func isLowerHex(_ byte: UInt8) -> Bool {
        byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Bytes as lower-case hex digits.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Array(bytes).withUnsafeBytes { digits(of: $0) }
    }

    private static func digits(of bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
            for (place, byte) in bytes.enumerated() {
                digits[2 * place] = digit(byte >> 4)
                digits[2 * place + 1] = digit(byte & 15)
            }
            return 2 * bytes.count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
}
