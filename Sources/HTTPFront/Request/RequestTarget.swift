/// A request target taken apart: `/v2/accounts/1?x=y`.
struct RequestTarget {
    /// Without the query, as sent.
    let path: String
    /// What follows the first `?`; nil without one.
    let query: Substring?

    /// Origin form and absolute form (RFC 9112 §3.2); a fragment, which clients must not send, is dropped.
    init(_ target: String) {
        var rest = Substring(target)
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            let authority = rest[scheme.upperBound...]
            rest = authority.firstIndex { $0 == "/" || $0 == "?" }.map { authority[$0...] } ?? "/"
        }
        let mark = rest.firstIndex(of: "?")
        path = String(rest[..<(mark ?? rest.endIndex)])
        query = mark.map { rest[rest.index(after: $0)...] }
    }

    /// The path's segments, each decoded once; the empty pieces of a leading and of one trailing slash are dropped, inner
    /// ones kept, since `/accounts//boxes` names an empty account and not the account `boxes`.
    func segments() throws(RequestFault) -> [String] {
        var pieces = path.split(separator: "/", omittingEmptySubsequences: false)
        if pieces.first?.isEmpty == true { pieces.removeFirst() }
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        var segments: [String] = []
        segments.reserveCapacity(pieces.count)
        for piece in pieces {
            guard let segment = PercentEncoding.decode(piece) else { throw .malformedPath }
            segments.append(segment)
        }
        return segments
    }
}
