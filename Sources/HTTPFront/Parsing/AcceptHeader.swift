/// An `Accept` header (RFC 9110 §12.5.1). Of the weights only the order and zero matter here.
public struct AcceptHeader: Sendable {
    struct Range: Sendable {
        let type: String
        let subtype: String
        let weight: Double

        /// 0 for `*/*`, 1 for `audio/*`, 2 for `audio/mpeg`.
        var precision: Int { type == "*" ? 0 : subtype == "*" ? 1 : 2 }

        func covers(_ type: String, _ subtype: String) -> Bool {
            self.type == "*" || (self.type == type && (self.subtype == "*" || self.subtype == subtype))
        }
    }

    let ranges: [Range]

    /// The most ranges that are looked at.
    static let limit = 64

    /// - Parameter text: nil or empty accepts everything. Pieces that are no media ranges are skipped.
    public init(parsing text: String?) {
        let pieces = (text ?? "").split(separator: ",").prefix(Self.limit)
        let ranges = pieces.compactMap(Self.range)
        self.ranges = ranges.isEmpty ? [Range(type: "*", subtype: "*", weight: 1)] : ranges
    }

    /// Whether an answer of type `essence` (`audio/mpeg`) will do.
    public func accepts(_ essence: String) -> Bool {
        weight(of: essence) > 0
    }

    /// Whether one of the ranges says `essence` itself, as opposed to a wildcard that covers it.
    public func names(_ essence: String) -> Bool {
        let parts = essence.lowercased().split(separator: "/")
        guard parts.count == 2 else { return false }
        return ranges.contains { $0.precision == 2 && $0.weight > 0 && $0.covers(String(parts[0]), String(parts[1])) }
    }

    /// The best of `offers`: highest weight, then the first offered; nil when none will do.
    public func best(of offers: [String]) -> String? {
        var best: (offer: String, weight: Double)?
        for offer in offers {
            let weight = weight(of: offer)
            if weight > best?.weight ?? 0 { best = (offer, weight) }
        }
        return best?.offer
    }

    /// The most precise range that covers a type decides.
    private func weight(of essence: String) -> Double {
        let parts = essence.lowercased().split(separator: "/")
        guard parts.count == 2 else { return 0 }
        var found: Range?
        for range in ranges where range.covers(String(parts[0]), String(parts[1])) {
            if range.precision > found?.precision ?? -1 { found = range }
        }
        return found?.weight ?? 0
    }

    private static func range(_ text: Substring) -> Range? {
        let cut = text.firstIndex(of: ";") ?? text.endIndex
        let parts = text[..<cut].split(separator: "/", omittingEmptySubsequences: false).map { HTTPToken.trim($0).lowercased() }
        // Java's URLConnection sends a lone "*".
        if parts == ["*"] { return Range(type: "*", subtype: "*", weight: weight(text[cut...])) }
        guard parts.count == 2, HTTPToken.isToken(parts[0]), HTTPToken.isToken(parts[1]) else { return nil }
        return Range(type: parts[0], subtype: parts[1], weight: weight(text[cut...]))
    }

    private static func weight(_ parameters: Substring) -> Double {
        guard let text = HeaderParameters(parsing: parameters)["q"] else { return 1 }
        return Double(text).map { min(max($0, 0), 1) } ?? 1
    }
}
