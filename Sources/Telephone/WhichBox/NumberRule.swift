/// What becomes of a number before its mailbox is looked for: `PREFIX=REPLACEMENT`, or `/PATTERN/=REPLACEMENT` with `$1` to `$9` for the
/// pattern's groups.
public struct NumberRule: Sendable, Hashable {
    private enum Match: Sendable, Hashable { case prefix(String), pattern(BoundedPattern) }

    /// As it was written.
    public let text: String
    private let match: Match
    private let replacement: String

    /// - Returns: nil for what is no rule.
    public init?(_ text: String) {
        // The last one: a pattern may have others.
        guard let equals = text.lastIndex(of: "=") else { return nil }
        let left = String(text[..<equals]), right = String(text[text.index(after: equals)...])
        if left.hasPrefix("/") {
            guard left.count > 2, left.hasSuffix("/"), let pattern = BoundedPattern(String(left.dropFirst().dropLast())) else { return nil }
            match = .pattern(pattern)
        } else {
            guard !left.isEmpty, left.unicodeScalars.allSatisfy({ "+0123456789*#".unicodeScalars.contains($0) }) else { return nil }
            match = .prefix(left)
        }
        guard right.unicodeScalars.allSatisfy({ "+0123456789*#$".unicodeScalars.contains($0) }) else { return nil }
        (self.text, replacement) = (text, right)
    }

    /// What it makes of a number; nil where it does not apply.
    func apply(_ number: String) -> String? {
        switch match {
        case .prefix(let prefix): return number.hasPrefix(prefix) ? replacement + number.dropFirst(prefix.count) : nil
        case .pattern(let pattern):
            guard let groups = pattern.match(number) else { return nil }
            var result = "", isGroup = false
            for character in replacement {
                if isGroup {
                    if let place = character.wholeNumberValue, place < groups.count { result += groups[place] ?? "" }
                    isGroup = false
                } else if character == "$" {
                    isGroup = true
                } else {
                    result.append(character)
                }
            }
            return result
        }
    }
}
