import CRe
import Waiting

/// Asks name servers, without a thread that waits for them.
@SIPLoop public final class NameServers {
    /// libre's own.
    let client: OpaquePointer

    /// Milliseconds after which nobody waits for an answer any more; a query is sent again before that.
    private static let patience = Duration.seconds(5)
    /// Records of one answer that are looked at.
    private static let most = 64
    /// Bytes of a name (RFC 1035 §2.3.4).
    private static let longest = 253

    /// - Parameter servers: empty for those of the system.
    /// - Returns: nil where there are none, and while libre does not run.
    public init?(_ servers: [PeerAddress] = []) {
        guard SIPLoop.executor.failure == nil else { return nil }
        var addresses = servers.compactMap(\.socketAddress)
        if servers.isEmpty {
            addresses = [sa](repeating: sa(), count: 8)
            var count = UInt32(addresses.count), domain = [CChar](repeating: 0, count: 256)
            guard dns_srv_get(&domain, domain.count, &addresses, &count) == 0 else { return nil }
            addresses = Array(addresses.prefix(Int(count)))
        }
        guard !addresses.isEmpty else { return nil }
        var client: OpaquePointer?
        guard dnsc_alloc(&client, nil, addresses, UInt32(addresses.count)) == 0, let client else { return nil }
        self.client = client
    }

    /// Lets go of it; questions under way end without an answer.
    public func close() { mem_deref(UnsafeMutableRawPointer(client)) }

    /// The hosts of a service: `_sip._udp.example.com`.
    public func services(_ name: String) async -> [ServiceRecord] {
        await ask(name, DNS_TYPE_SRV).compactMap { if case .service(let record) = $0 { record } else { nil } }
    }

    /// The addresses of a host, in numbers.
    public func addresses(_ name: String) async -> [String] {
        async let four = ask(name, DNS_TYPE_A), six = ask(name, DNS_TYPE_AAAA)
        return await (four + six).compactMap { if case .address(let text) = $0 { text } else { nil } }
    }

    private func ask(_ name: String, _ type: Int) async -> [Query.Record] {
        guard !name.isEmpty, name.utf8.count <= Self.longest, !name.utf8.contains(0) else { return [] }
        let query = Query(), me = Unmanaged.passRetained(query)
        // Kept until libre has told how it ended, which it does once, whatever happens.
        guard dnsc_query(nil, client, name, UInt16(type), UInt16(DNS_CLASS_IN), true, Query.answered, me.toOpaque()) == 0 else {
            me.release()
            return []
        }
        return await query.answer.outcome(within: Self.patience) { query.answer.end([]) }
    }

    /// One query, and what comes of it.
    @SIPLoop private final class Query {
        enum Record: Sendable {
            case address(String)
            case service(ServiceRecord)
        }

        let answer = Wait<[Record]>()

        static let answered:
            @convention(c) (
                Int32, UnsafePointer<dnshdr>?, UnsafeMutablePointer<list>?, UnsafeMutablePointer<list>?, UnsafeMutablePointer<list>?, UnsafeMutableRawPointer?
            ) -> Void = { error, _, answers, _, _, argument in
                nonisolated(unsafe) let answers = answers, argument = argument
                SIPLoop.assumeIsolated {
                    guard let argument else { return }
                    Unmanaged<Query>.fromOpaque(argument).takeRetainedValue().answer.end(error == 0 ? records(answers) : [])
                }
            }

        private static func records(_ list: UnsafeMutablePointer<list>?) -> [Record] {
            var found: [Record] = []
            var element = list?.pointee.head
            for _ in 0..<NameServers.most {
                guard let current = element else { break }
                if let data = current.pointee.data, let record = record(data.assumingMemoryBound(to: dnsrr.self).pointee) { found.append(record) }
                element = current.pointee.next
            }
            return found
        }

        private static func record(_ found: dnsrr) -> Record? {
            var address = sa()
            switch Int(found.type) {
            case DNS_TYPE_A:
                sa_set_in(&address, found.rdata.a.addr, 0)
                return .address(PeerAddress(address).host)
            case DNS_TYPE_AAAA:
                var bytes = found.rdata.aaaa.addr
                withUnsafeBytes(of: &bytes) { sa_set_in6(&address, $0.bindMemory(to: UInt8.self).baseAddress, 0) }
                return .address(PeerAddress(address).host)
            case DNS_TYPE_SRV:
                guard let target = found.rdata.srv.target else { return nil }
                let record = found.rdata.srv
                return .service(ServiceRecord(priority: record.pri, weight: record.weight, host: String(cString: target), port: record.port))
            default: return nil
            }
        }
    }
}
