import CRe
import SIPGrammar
import Waiting

/// Takes calls on one port, over UDP and TCP, and on another over TLS.
@SIPLoop public final class SIPEndpoint {
    /// Where calls are taken; stands for all addresses where it was asked for so.
    public internal(set) var address: PeerAddress
    /// Where they are taken over TLS.
    public internal(set) var tlsAddress: PeerAddress?
    /// New ones, already ringing. Ends when the endpoint closes.
    public nonisolated let calls: AsyncStream<Call>

    let settings: SIPSettings
    let announce: AsyncStream<Call>.Continuation
    let ports: PortRange
    let door: Doorkeeper
    let table = CallTable()
    var rate: CallRate

    private(set) var sip: OpaquePointer?
    private(set) var sock: OpaquePointer?
    var tls: OpaquePointer?
    var gates: [DatagramGate] = []
    let streams: StreamGate
    let tags = AnswerTags()
    private let closed = Wait<Void>()

    /// Whether it takes calls and may say that it is well.
    public private(set) var isReady = true
    /// Whether no new calls are taken any more.
    public private(set) var isDraining = false
    /// Whether nothing that comes is looked at any more.
    private(set) var isClosed = false

    /// Those that libre has a pointer to.
    private static var alive: [ObjectIdentifier: SIPEndpoint] = [:]

    /// Buckets of libre's tables.
    private static let tableSize: UInt32 = 1024

    private init(_ settings: SIPSettings) {
        self.settings = settings
        address = settings.address
        ports = PortRange(settings.ports)
        rate = CallRate(settings.limits.callsPerSecond)
        door = Doorkeeper(settings)
        streams = StreamGate(door, table, settings.limits)
        (calls, announce) = AsyncStream.makeStream(of: Call.self)
    }

    /// Listens.
    public static func open(_ settings: SIPSettings) async throws(SIPError) -> SIPEndpoint {
        if let code = SIPLoop.executor.failure { throw .failed(code: code) }
        let endpoint = SIPEndpoint(settings)
        alive[ObjectIdentifier(endpoint)] = endpoint
        do {
            try await endpoint.start()
        } catch {
            await endpoint.close()
            throw error
        }
        return endpoint
    }

    private func start() async throws(SIPError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        let names = NameServers(settings.nameServers)
        var error = sip_alloc(&sip, names?.client, Self.tableSize, Self.tableSize, Self.tableSize, settings.software, EndpointHandlers.exited, me)
        // libre keeps it for itself.
        names?.close()
        guard error == 0, let sip else { throw .failed(code: error) }
        if settings.trace != nil { sip_set_trace_handler(sip, EndpointHandlers.passed) }
        let addresses = try listen(sip), secureAddresses = try settings.tls.map { listener throws(SIPError) in try listen(sip, over: listener) }
        // Before the sessions: what comes is looked at here first.
        error = at_listen(sip, EndpointHandlers.request, me)
        guard error == 0 else { throw .failed(code: error) }
        error = sipsess_listen(&sock, sip, Int32(Self.tableSize), EndpointHandlers.invited, me)
        guard error == 0 else { throw .failed(code: error) }
        for address in addresses { try await guardDatagrams(at: address) }
        for address in addresses + (secureAddresses ?? []) { try await guardStreams(at: address) }
        Ticker.shared.watch(self, settings.stepped)
    }

    // MARK: Calls

    public var callCount: Int { table.count }

    /// Takes calls from these hosts as from those that are trusted, and no more from those that were named so before.
    /// - Parameter name: what they are named by.
    public func trust(_ hosts: Set<String>, as name: String) { door.befriend(hosts, as: name) }

    public func setReady(_ isReady: Bool) { self.isReady = isReady }

    /// Takes no new calls from now on.
    public func drain() { isDraining = true }

    /// Waits until no call is left.
    public func waitUntilIdle(within limit: Duration) async { await table.waitUntilEmpty(within: limit) }

    // MARK: The end

    /// Hangs up what is left, and lets go of the address.
    public func close() async {
        (isDraining, isClosed) = (true, true)
        Ticker.shared.unwatch(self)
        for call in table.all { call.hangUp() }
        announce.finish()
        for gate in gates { gate.close() }
        gates = []
        streams.leave()
        if let sock { mem_deref(UnsafeMutableRawPointer(sock)) }
        sock = nil
        guard let sip else {
            letGo()
            return
        }
        sip_close(sip, false)
        // Those who are told that their call is over may take a moment to say that they have heard it. Whoever does not is left to libre, which
        // gives up after half a minute; the address is free before that.
        await closed.outcome(within: .seconds(2)) { [closed] in closed.end(()) }
        // Not the one of before the wait, which may be gone.
        if let sip = self.sip { sip_transp_flush(sip) }
    }

    /// libre has nothing left to do, and would have the last of it let go of: not from here, where it is still at work.
    func exited() {
        closed.end(())
        Task { @SIPLoop in
            if let sip { mem_deref(UnsafeMutableRawPointer(sip)) }
            sip = nil
            letGo()
        }
    }

    private func letGo() {
        if let tls { mem_deref(UnsafeMutableRawPointer(tls)) }
        tls = nil
        Self.alive[ObjectIdentifier(self)] = nil
    }
}
