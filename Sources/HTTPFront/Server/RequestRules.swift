import NIOHTTP1

/// What RFC 9112 asks of a request's head beyond what the parser looks at.
enum RequestRules {
    static func judge(_ head: HTTPRequestHead) throws(RequestFault) {
        try judgeHost(head)
        try judgeCoding(head.headers[canonicalForm: "transfer-encoding"])
        try judgeTarget(head)
        // The parser counts further than we do.
        if let length = head.headers.first(name: "content-length"), Int(length) == nil { throw .malformedRequest }
    }

    /// One `Host`, except in HTTP/1.0, and nothing in it that could not name one (RFC 9112 §3.2): with two of them, or with none, a
    /// proxy and we could mean different servers.
    private static func judgeHost(_ head: HTTPRequestHead) throws(RequestFault) {
        let hosts = head.headers["host"]
        if hosts.isEmpty, head.version.major == 1, head.version.minor == 0 { return }
        guard hosts.count == 1, let host = hosts.first, host.utf8.allSatisfy(isHostByte) else { throw .malformedRequest }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !notInHosts.contains(byte)
    }

    private static let notInHosts = Set("/?#@,\\\"<>{}|^`".utf8)

    /// `chunked` once, or nothing (RFC 9112 §6.1, §7).
    private static func judgeCoding(_ codings: [Substring]) throws(RequestFault) {
        guard codings.allSatisfy({ $0.lowercased() == "chunked" }) else { throw .unknownCoding }
        guard codings.count < 2 else { throw .malformedRequest }
    }

    /// A path, or a URL, which names one. `*` is for `OPTIONS` alone, and the address that `CONNECT` names is a proxy's to reach (RFC 9112
    /// §3.2).
    private static func judgeTarget(_ head: HTTPRequestHead) throws(RequestFault) {
        let path = RequestTarget(head.uri).path
        guard path.utf8.first == UInt8(ascii: "/") || (path == "*" && head.method == .OPTIONS) else { throw .malformedRequest }
    }
}
