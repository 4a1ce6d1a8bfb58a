/// The bytes that the grammar names, and its classes of them (RFC 3261 §25.1).
enum Byte {
    static let tab = UInt8(ascii: "\t"), lf = UInt8(ascii: "\n"), cr = UInt8(ascii: "\r"), space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\""), backslash = UInt8(ascii: "\\"), percent = UInt8(ascii: "%")
    static let less = UInt8(ascii: "<"), greater = UInt8(ascii: ">"), comma = UInt8(ascii: ","), semicolon = UInt8(ascii: ";")
    static let colon = UInt8(ascii: ":"), equals = UInt8(ascii: "="), at = UInt8(ascii: "@"), question = UInt8(ascii: "?")
    static let ampersand = UInt8(ascii: "&"), slash = UInt8(ascii: "/"), plus = UInt8(ascii: "+")
    static let openBracket = UInt8(ascii: "["), closeBracket = UInt8(ascii: "]")

    static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

    /// Of a token: letters, digits and `-.!%*_+`'~`.
    static func isToken(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || marks.contains(byte) }
    private static let marks = Array("-.!%*_+`'~".utf8)

    static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
