/// Texts in the order of their bytes, which is the order of scalars in UTF-8.
public enum TextRange {
    public static func isBelow(_ text: String, _ other: String) -> Bool { text.utf8.lexicographicallyPrecedes(other.utf8) }

    /// The least text above every text that begins with `prefix`, nil when there is none.
    public static func end(ofTextsBeginningWith prefix: String) -> String? {
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            // Surrogates are no scalars: the one after U+D7FF is U+E000.
            let next = last.value == 0xd7ff ? 0xe000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                var end = String.UnicodeScalarView()
                end.append(contentsOf: scalars)
                return String(end)
            }
        }
        return nil
    }
}
