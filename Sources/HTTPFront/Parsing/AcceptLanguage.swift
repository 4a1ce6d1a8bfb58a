/// An `Accept-Language` header (RFC 9110 §12.5.4).
public enum AcceptLanguage {
    /// The most ranges that are looked at.
    private static let limit = 32

    /// The tags that are wanted, best first; those of one weight as they were sent. `*` and what is refused are left out.
    public static func tags(_ header: String?) -> [String] {
        let ranges = (header ?? "").split(separator: ",").prefix(limit).compactMap { piece -> (tag: String, weight: Double)? in
            let cut = piece.firstIndex(of: ";") ?? piece.endIndex
            let tag = HTTPToken.trim(piece[..<cut])
            guard !tag.isEmpty, tag != "*" else { return nil }
            let weight = HeaderParameters(parsing: piece[cut...])["q"].map { Double($0) ?? 1 } ?? 1
            return weight > 0 ? (String(tag), weight) : nil
        }
        return ranges.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }.map(\.element.tag)
    }
}
