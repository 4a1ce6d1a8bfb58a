import StoredRows
import TestKit
import Testing

/// A range of texts by their bytes holds those that begin alike, and no others.
@Suite struct TextRangeTests {
    @Test(arguments: [
        ("a", "b"), ("ab", "ac"), ("z", "{"), ("a\u{7f}", "a\u{80}"), ("ß", "à"), ("\u{7ff}", "\u{800}"), ("\u{d7ff}", "\u{e000}"), ("\u{ffff}", "\u{10000}"),
        // The last scalar there is has none behind it: the one before it moves on.
        ("a\u{10ffff}", "b"), ("a\u{10ffff}\u{10ffff}", "b"), ("\u{d7ff}\u{10ffff}", "\u{e000}"),
    ])
    func endsAtTheLeastTextAbove(_ prefix: String, _ end: String) {
        #expect(TextRange.end(ofTextsBeginningWith: prefix).map { Array($0.utf8) } == Array(end.utf8))
    }

    @Test(arguments: ["", "\u{10ffff}", "\u{10ffff}\u{10ffff}"]) func hasNoEndAboveTheLast(_ prefix: String) {
        #expect(TextRange.end(ofTextsBeginningWith: prefix) == nil)
    }

    /// Swift's own order is another one: it takes `é` and `e` with an accent behind it for the same.
    @Test func isOrderedByBytes() {
        #expect(TextRange.isBelow("e\u{301}", "é") && !TextRange.isBelow("é", "e\u{301}") && "e\u{301}" == "é")
        #expect(TextRange.isBelow("", "a") && TextRange.isBelow("a", "ab") && TextRange.isBelow("Z", "a") && !TextRange.isBelow("a", "a"))
        // Above the first 65,536, where an order by units of UTF-16 would differ.
        #expect(TextRange.isBelow("\u{ffff}", "\u{10000}"))
    }

    @Test func holdsWhatBeginsAlikeAndNothingElse() {
        var random = SeededRandom(seed: 7)
        let letters: [Unicode.Scalar] = ["a", "b", "~", "\u{7f}", "\u{80}", "ß", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}"]
        func text() -> String {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...4, using: &random) { view.append(letters.randomElement(using: &random) ?? "a") }
            return String(view)
        }
        var inside = 0
        for _ in 0..<5000 {
            let prefix = text(), other = text(), end = TextRange.end(ofTextsBeginningWith: prefix)
            let isWithin = !TextRange.isBelow(other, prefix) && end.map { TextRange.isBelow(other, $0) } ?? true
            #expect(isWithin == other.utf8.starts(with: prefix.utf8), "\(prefix.unicodeScalars), \(other.unicodeScalars)")
            inside += isWithin ? 1 : 0
        }
        #expect(inside > 500)
    }
}
