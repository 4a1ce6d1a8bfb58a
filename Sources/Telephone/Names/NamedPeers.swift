import Logging
import SIP

/// Keeps the addresses of those that are trusted by name: names lead elsewhere in time.
struct NamedPeers: Sendable {
    private let hosts: [String]
    private let endpoint: SIPEndpoint
    private let names: any PeerNames
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// How long an answer is good for.
    private static let interval = Duration.seconds(60)

    init(_ hosts: [String], _ endpoint: SIPEndpoint, names: any PeerNames, clock: any Clock<Duration>, logger: Logger) {
        self.hosts = hosts
        self.endpoint = endpoint
        self.names = names
        self.clock = clock
        self.logger = logger
    }

    /// Goes on until the task is cancelled.
    func run() async {
        guard !hosts.isEmpty else { return }
        var known: [String: Set<String>] = [:]
        while !Task.isCancelled {
            for host in hosts { await look(host, &known) }
            do { try await clock.sleep(for: Self.interval) } catch { return }
        }
    }

    /// A name that nothing is known of for now leads where it led.
    private func look(_ host: String, _ known: inout [String: Set<String>]) async {
        // The host of that name, and those of the service of that name.
        var found = Set(await names.addresses(of: host, port: 5060, over: .udp).map(\.host))
        for transport in SIPTransport.allCases { found.formUnion(await names.addresses(of: host, port: nil, over: transport).map(\.host)) }
        let before = known.updateValue(found, forKey: host)
        guard found != before else { return }
        if found.isEmpty {
            return logger.warning("no address is known of a telephone peer; those of before are trusted on", metadata: ["name": "\(host)"])
        }
        await endpoint.trust(found, as: "sip.trusted " + host)
        logger.info("a telephone peer has these addresses", metadata: ["name": "\(host)", "addresses": "\(found.sorted().joined(separator: ", "))"])
    }
}
