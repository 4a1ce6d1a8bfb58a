@testable import PostgresStore
import TestKit
import Testing

struct StoredTextTests {
    private static func stored(_ text: String) -> [UInt8] {
        var storage: [UInt8] = []
        StoredText.append(text, to: &storage)
        return storage
    }

    @Test("Texts hold no NUL when they are stored, come back byte by byte, and keep their order and their beginnings")
    func order() {
        var random = SeededRandom(seed: 7)
        let scalars: [Unicode.Scalar] = ["\u{0}", "\u{1}", "\u{2}", "\u{3}", "a", "\u{7f}", "é", "\u{10ffff}"]
        let texts =
            (0..<600).map { _ in
                var text = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 0...5, using: &random) { if let scalar = scalars.randomElement(using: &random) { text.append(scalar) } }
                return String(text)
            } + StoreContract.hostileTexts
        for text in texts {
            let bytes = Self.stored(text)
            #expect(!bytes.contains(0))
            let back = bytes.withUnsafeBufferPointer { StoredText.withBytes(of: $0) { Array($0) } }
            #expect(back == Array(text.utf8))
        }
        for (left, right) in zip(texts, texts.dropFirst()) {
            let isBelow = left.utf8.lexicographicallyPrecedes(right.utf8)
            #expect(Self.stored(left).lexicographicallyPrecedes(Self.stored(right)) == isBelow)
            #expect(Self.stored(left + right).starts(with: Self.stored(left)))
        }
    }
}
