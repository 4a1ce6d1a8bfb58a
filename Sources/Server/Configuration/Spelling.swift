/// Guesses what somebody meant to write.
enum Spelling {
    /// The candidate that takes the fewest edits to get to, if that is few enough to be a slip.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let best = candidates.map { (distance(word, $0), $0) }.min { $0 < $1 }
        guard let best, best.0 <= max(2, word.count / 4) else { return nil }
        return best.1
    }

    /// Levenshtein's distance.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (line, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let substituted = diagonal + (character == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
