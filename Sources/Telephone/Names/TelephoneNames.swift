import NIOPosix
import SIP
import Voicemail

/// Finds telephone systems by their names (RFC 3263): the service first, as name servers tell it, then the host of that name.
public struct TelephoneNames: PeerNames {
    /// Name servers to be asked instead of the system's.
    private let servers: [PeerAddress]

    /// Where calls go that say no port.
    private static let usualPort: UInt16 = 5060
    /// Places of one name; more are not tried.
    private static let most = 16

    public init(servers: [PeerAddress] = []) { self.servers = servers }

    public func addresses(of host: String, port: UInt16?, over transport: SIPTransport) async -> [PeerAddress] {
        if NetworkAddress(host) != nil { return [PeerAddress(host: host, port: port ?? Self.usualPort)] }
        // An address with a port names a host (RFC 3263 §4.2).
        if let port { return await hosts(host).map { PeerAddress(host: $0, port: port) } }
        var random = SystemRandomNumberGenerator()
        var found: [PeerAddress] = []
        for record in ServiceRecord.order(await services("_sip._\(transport.rawValue).\(host)"), using: &random).prefix(Self.most) {
            found += await hosts(record.host).map { PeerAddress(host: $0, port: record.port) }
        }
        if found.isEmpty { found = await hosts(host).map { PeerAddress(host: $0, port: Self.usualPort) } }
        return Array(found.prefix(Self.most))
    }

    private func services(_ name: String) async -> [ServiceRecord] {
        guard let client = await NameServers(servers) else { return [] }
        let found = await client.services(name)
        await client.close()
        return found
    }

    /// Addresses of a host, in numbers. The system knows more of them than its name servers do: it has files and names of its own.
    private func hosts(_ name: String) async -> [String] {
        guard servers.isEmpty else {
            guard let client = await NameServers(servers) else { return [] }
            let found = await client.addresses(name)
            await client.close()
            return found
        }
        do { return try await NIOThreadPool.singleton.runIfActive { SystemNames.addresses(of: name) } } catch { return [] }
    }
}
