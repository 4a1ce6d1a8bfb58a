#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An IP address, compared by its bits and not by how it is written.
public struct NetworkAddress: Hashable, Sendable {
    /// Four bytes of IPv4, sixteen of IPv6.
    fileprivate let bytes: [UInt8]

    /// Reads an address of either family. An IPv4 address that came through an IPv6 socket (`::ffff:192.0.2.1`, RFC 4291
    /// §2.5.5.2) is the IPv4 address it stands for.
    /// - Returns: nil for anything else: a name, a network, several addresses.
    public init?(_ text: String) {
        // inet_pton reads up to a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
            self.bytes = bytes.starts(with: mapped) ? Array(bytes.dropFirst(mapped.count)) : bytes
        } else {
            return nil
        }
    }

    /// Whether it leads to this machine or no further than its link: loopback, unspecified (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2) and link-local
    /// addresses (RFC 3927, RFC 4291 §2.5.6). At link-local ones hosting providers offer secrets that are for the machine alone.
    public var isLocal: Bool {
        if isLoopback || inner?.isLocal == true { return true }
        return bytes.count == 4
            ? bytes[0] == 0 || (bytes[0] == 169 && bytes[1] == 254)
            : bytes.allSatisfy { $0 == 0 } || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }

    /// Whether it belongs to a network that cannot be reached from the Internet: a private one (RFC 1918, RFC 4193, RFC 3879), a provider's
    /// (RFC 6598), one for tests, protocols or later (RFC 2544, RFC 6890), or one of groups (RFC 5771, RFC 4291 §2.7). An IPv6 address that stands for an
    /// IPv4 address (RFC 6052, RFC 3056) is judged by that one. Where it does so by rules of its network (RFC 8215), by none that are in use (RFC 4291
    /// §2.5.5.1) or by others' machines (RFC 4380), nobody knows where it leads: it is taken for private.
    public var isPrivate: Bool { !isLocal && Self.privateRanges.contains { $0.contains(self) } || inner?.isPrivate == true }

    private static let privateRanges =
        [
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "fc00::/7", "fec0::/10", "ff00::/8", "64:ff9b:1::/48", "::/96", "2001::/32",
        ]
        .compactMap { NetworkRange($0) }

    /// The IPv4 address that an IPv6 address leads to through a translator or a tunnel.
    private var inner: NetworkAddress? {
        guard bytes.count == 16 else { return nil }
        if bytes.starts(with: [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8)) { return NetworkAddress(bytes: Array(bytes[12...])) }
        return bytes.starts(with: [0x20, 0x02]) ? NetworkAddress(bytes: Array(bytes[2..<6])) : nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// What to count one client by: an IPv4 address itself, `192.0.2.1`; of an IPv6 address its network of 64 bits, `2001:db8:0:1::/64`, as a
    /// link has all addresses of one (RFC 4291 §2.5.1).
    public var site: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes.first == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The address as text that `init` reads: `192.0.2.1`; an IPv6 address with all eight groups.
    public var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

/// A network: the IP addresses that begin with the same bits, such as `10.0.0.0/8`, or one address.
public struct NetworkRange: Hashable, Sendable, CustomStringConvertible {
    /// The network as it was written.
    public let description: String
    private let base: NetworkAddress
    /// Bits that all its addresses have in common.
    private let length: Int

    /// - Returns: nil for a text that is no network, also for more bits than an address has.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, let base = NetworkAddress(first) else { return nil }
        self.base = base
        description = text
        guard parts.count == 2 else {
            length = base.bytes.count * 8
            return
        }
        guard parts[1].utf8.count <= 3, parts[1].allSatisfy(\.isNumber), let length = Int(parts[1]), length <= base.bytes.count * 8 else { return nil }
        self.length = length
    }

    /// Whether an address is in the network; a text that is no address is not.
    public func contains(_ address: String) -> Bool { NetworkAddress(address).map { contains($0) } ?? false }

    public func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = length / 8, rest = length % 8
        guard address.bytes.prefix(whole) == base.bytes.prefix(whole) else { return false }
        return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> (8 - rest) == 0
    }
}
