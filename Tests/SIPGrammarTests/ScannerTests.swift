import TestKit
import Testing

@testable import SIPGrammar

/// Lists are cut at commas that are nobody's text.
@Suite struct ScannerTests {
    private func values(_ text: String, atMost limit: Int = 8) throws(GrammarProblem) -> [String] {
        try Scanner.values(Array(text.utf8)[...], atMost: limit).map { SIPText.text($0) }
    }

    @Test(arguments: [
        ("", [""]), ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,\tb ", ["a", "b"]), (",", ["", ""]), ("a,,b,", ["a", "", "b", ""]),
        ("\"a,b\",c", ["\"a,b\"", "c"]), (#""a\",b",c"#, [#""a\",b""#, "c"]), (#""a\\",b"#, [#""a\\""#, "b"]), ("<a,b>,c", ["<a,b>", "c"]),
        ("<a\"b,c>,d", ["<a\"b,c>", "d"]), ("\"<\",b", ["\"<\"", "b"]), ("a>b,c", ["a>b", "c"]), ("<a,b", ["<a,b"]), (#"a\,b"#, [#"a\"#, "b"]),
    ])
    func cuts(_ text: String, _ expected: [String]) throws { #expect(try values(text) == expected) }

    @Test(arguments: ["\"", "a,\"b", #""a\""#, #""a\"#, "\"a\",\"b,c"]) func openQuotes(_ text: String) {
        #expect(throws: GrammarProblem.value("a quotation mark that none closes")) { try values(text) }
    }

    @Test func asManyAsAllowedAndOneMore() throws {
        #expect(try values("1,2,3", atMost: 3) == ["1", "2", "3"])
        #expect(throws: GrammarProblem.tooLarge("values of a list", limit: 3)) { try values("1,2,3,4", atMost: 3) }
        // Commas in quotes count for nothing.
        #expect(try values("\"1,2,3,4\"", atMost: 1) == ["\"1,2,3,4\""])
    }

    @Test func quotedStringsEndAtTheirOwnQuote() throws {
        func take(_ text: String) throws -> [String] {
            var scanner = Scanner(Array(text.utf8)[...])
            let quoted = try scanner.takeQuoted()
            return [SIPText.unquoted(quoted), SIPText.text(scanner.rest)]
        }
        #expect(try take("\"\"x") == ["", "x"])
        #expect(try take(#""a\"b" c"#) == ["a\"b", " c"])
        #expect(try take(#""\\"\"#) == [#"\"#, #"\"#])
        #expect(try take("\"ä\u{7}\"") == ["ä\u{7}", ""])
        for open in ["\"", "\"a", #""a\""#, #""\"#] { #expect(throws: GrammarProblem.self) { try take(open) } }
    }

    @Test func stepsSayWhetherThereWasOne() {
        var scanner = Scanner(Array(" \tab".utf8)[...])
        scanner.skipSpace()
        let isB = scanner.take(UInt8(ascii: "b")), isA = scanner.take(UInt8(ascii: "a"))
        #expect(!isB && isA && scanner.next == UInt8(ascii: "b"))
        let none = scanner.take { _ in false }, wasAtEnd = scanner.isAtEnd
        #expect(none.isEmpty && !wasAtEnd)
        let all = scanner.take { _ in true }, more = scanner.take(UInt8(ascii: "b"))
        #expect(SIPText.text(all) == "b" && scanner.isAtEnd && scanner.next == nil && !more)
    }

    /// Whatever stands in quotes or brackets, a list of values is cut into the same values.
    @Test func joinedListsComeApart() throws {
        var random = SeededRandom(seed: 77)
        let letters = Array("ab,<>\";\\ \té")
        for _ in 0..<4000 {
            let parts = (0..<Int.random(in: 1...6, using: &random)).map { _ -> String in
                let text = String((0..<Int.random(in: 0...6, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
                switch Int.random(in: 0..<3, using: &random) {
                case 0: return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
                case 1: return "<" + text.filter { $0 != ">" } + ">"
                default: return String(text.filter { "ab;é".contains($0) })
                }
            }
            #expect(try values(parts.joined(separator: " , ")) == parts)
        }
    }

    @Test func numbers() {
        func number(_ text: String) -> Int? { SIPText.number(Array(text.utf8)[...]) }
        #expect(number("0") == 0 && number("007") == 7 && number("9223372036854775807") == .max)
        for wrong in ["", "-1", "+1", " 1", "1 ", "1.0", "0x1", "٣", "9223372036854775808"] { #expect(number(wrong) == nil, "\(wrong)") }
    }

    @Test func textIsUTF8OrLatin1() {
        #expect(SIPText.text([0xc3, 0xa4]) == "ä" && SIPText.text([0xe4]) == "ä" && SIPText.text([0xc3, 0xa4, 0xe4]) == "Ã¤ä")
        // An overlong slash and half a pair are no UTF-8.
        #expect(SIPText.text([0xc0, 0xaf]) == "À¯" && SIPText.text([0xed, 0xa0, 0x80]) == "í\u{a0}\u{80}")
        // Only the letters of ASCII have another case here.
        #expect(SIPText.lowercased(Array("ÄB[@Z`".utf8)) == "Äb[@z`")
    }

    @Test func trimmingTakesSpacesAndTabsOnly() {
        func trimmed(_ text: String) -> String { SIPText.text(SIPText.trimmed(Array(text.utf8)[...])) }
        #expect(trimmed(" \t a b\t ") == "a b" && trimmed(" \t ") == "" && trimmed("") == "" && trimmed("\u{b}a\u{a0}") == "\u{b}a\u{a0}")
    }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("%41%4a%4A", "AJJ"), ("%c3%A4", "ä"), ("%e4", "ä"), ("%00", "\0"), ("%2541", "%41"), ("a+b", "a+b"),
    ])
    func escapes(_ text: String, _ plain: String) throws { #expect(try SIPText.unescaped(Array(text.utf8)[...]) == plain) }

    @Test(arguments: ["%", "%4", "%4g", "%g4", "a%", "%%41", "%-1", "% 1"]) func halfEscapes(_ text: String) {
        #expect(throws: GrammarProblem.value("a % that no two hexadecimal digits follow")) { try SIPText.unescaped(Array(text.utf8)[...]) }
    }

    @Test func bytesOfEachClass() {
        let tokens = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(Byte.isToken(byte) == tokens.contains(byte), "\(byte)")
            #expect(Byte.isControl(byte) == (byte < 32 || byte == 127))
            #expect(Byte.isSpace(byte) == [9, 32].contains(byte))
            let hexadecimal = byte < 128 ? Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) } : nil
            #expect(Byte.hexValue(byte) == hexadecimal, "\(byte)")
        }
    }
}
