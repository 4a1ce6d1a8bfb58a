import CRe
import Glibc

/// Where a packet comes from or goes to.
public struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// As text, without brackets.
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    init(_ address: sa) {
        var address = address
        var text = [CChar](repeating: 0, count: 64)
        let isText = sa_ntop(&address, &text, Int32(text.count)) == 0
        host = isText ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        port = sa_port(&address)
    }

    /// What to count one peer by: an address of IPv4 itself; of IPv6 its network of 64 bits, as a link has all addresses of one (RFC 4291 §2.5.1).
    var site: String {
        guard host.contains(":") else { return host }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, host, &bytes) == 1 else { return host }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// - Returns: nil for what is no address in numbers.
    var socketAddress: sa? {
        var address = sa()
        return sa_set_str(&address, host, port) == 0 ? address : nil
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension String {
    /// A piece of a message; empty for one that libre does not have.
    init(_ piece: pl) {
        guard let start = piece.p, piece.l > 0 else {
            self = ""
            return
        }
        self = String(decoding: UnsafeRawBufferPointer(start: start, count: piece.l), as: UTF8.self)
    }
}
