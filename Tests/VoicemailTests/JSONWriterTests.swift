import Foundation
import Testing
import Voicemail

/// Texts are written eight bytes at a time: each byte that must be escaped is, at each place of a word and behind each other such byte.
@Suite struct JSONWriterTests {
    private static func written(_ text: String) -> String { JSON.string(text).encoded }

    /// Byte for byte, as RFC 8259 §7 has it.
    private static func expected(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"]
        let inside = text.unicodeScalars.map { scalar in
            escapes[scalar] ?? (scalar.value < 0x20 ? String(format: "\\u%04x", scalar.value) : String(scalar))
        }
        return "\"" + inside.joined() + "\""
    }

    @Test func everyByteAtEveryPlace() {
        let special = (0..<0x24).map { UInt8($0) } + [0x5B, 0x5C, 0x5D, 0x7F]
        for length in 0..<20 {
            for place in 0..<length {
                for byte in special {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    bytes[place] = byte
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(Self.written(text) == Self.expected(text), "\(byte) at \(place) of \(length)")
                }
            }
        }
    }

    @Test func neighbours() {
        for first in 0..<0x80 {
            for second in [0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F] {
                let pair = String(decoding: [UInt8(first), UInt8(second)], as: UTF8.self)
                for text in [pair + "abcdef", "abcdefg" + pair + "hij", "é€😀" + pair + "é€😀"] {
                    #expect(Self.written(text) == Self.expected(text))
                }
            }
        }
    }
}
