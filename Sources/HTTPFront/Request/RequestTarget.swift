/// A request target taken apart: `/v2/accounts/1?x=y`.
struct RequestTarget {
    /// Without the query, as sent.
    let path: String
    /// What follows the first `?`; nil without one.
    let query: Substring?

    /// Origin form and absolute form (RFC 9112 §3.2); a fragment, which clients must not send, is dropped.
    init(_ target: String) {
        var target = target
        // Most have nothing else.
        if target.withUTF8({ bytes in bytes.first == Self.slash && !bytes.contains { $0 == Self.mark || $0 == Self.hash } }) {
            path = target
            query = nil
            return
        }
        var rest = Substring(target)
        if let hash = rest.utf8.firstIndex(of: Self.hash) { rest = rest[..<hash] }
        if rest.utf8.first != Self.slash, let scheme = rest.firstRange(of: "://") {
            let authority = rest[scheme.upperBound...]
            rest = authority.utf8.firstIndex { $0 == Self.slash || $0 == Self.mark }.map { authority[$0...] } ?? "/"
        }
        let mark = rest.utf8.firstIndex(of: Self.mark)
        path = String(rest[..<(mark ?? rest.endIndex)])
        query = mark.map { rest[rest.utf8.index(after: $0)...] }
    }

    /// The path's segments, each decoded once; the empty pieces of a leading and of one trailing slash are dropped, inner
    /// ones kept, since `/accounts//boxes` names an empty account and not the account `boxes`.
    /// - Parameter takesForeign: as in `PercentEncoding.decode`.
    func segments(takesForeign: Bool = false) throws(RequestFault) -> [String] {
        var pieces = path.utf8.split(separator: Self.slash, omittingEmptySubsequences: false)[...]
        if pieces.first?.isEmpty == true { pieces.removeFirst() }
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        var segments: [String] = []
        segments.reserveCapacity(pieces.count)
        for piece in pieces {
            guard let segment = PercentEncoding.decode(Substring(piece), takesForeign: takesForeign) else { throw .malformedPath }
            segments.append(segment)
        }
        return segments
    }

    // Bytes, not characters: a slash with a combining accent behind it is still a slash.
    private static let slash = UInt8(ascii: "/")
    private static let mark = UInt8(ascii: "?")
    private static let hash = UInt8(ascii: "#")
}
