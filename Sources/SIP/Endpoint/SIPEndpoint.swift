import CRe
import SIPGrammar
import Waiting

/// Takes calls on one address, over UDP and TCP.
@SIPLoop public final class SIPEndpoint {
    /// Where calls are taken.
    public private(set) var address: PeerAddress
    /// New ones, already ringing. Ends when the endpoint closes.
    public nonisolated let calls: AsyncStream<Call>

    let settings: SIPSettings
    private let announce: AsyncStream<Call>.Continuation
    private let ports: PortRange
    private var rate: CallRate
    private var callsUnderWay: [ObjectIdentifier: Call] = [:]
    private var callsOfPeers: [String: Int] = [:]

    private(set) var sip: OpaquePointer?
    private var sock: OpaquePointer?
    var gate: DatagramGate?
    private let closed = Wait<Void>()
    /// Ends when the last call does, once somebody waits for that.
    private var idle: Wait<Void>?

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
    /// Ports that are tried where the system may choose one.
    private static let attempts = 16

    private init(_ settings: SIPSettings) {
        self.settings = settings
        address = settings.address
        ports = PortRange(settings.ports)
        rate = CallRate(settings.limits.callsPerSecond)
        (calls, announce) = AsyncStream.makeStream(of: Call.self)
    }

    /// Listens.
    public static func open(_ settings: SIPSettings) async throws(SIPError) -> SIPEndpoint {
        let endpoint = SIPEndpoint(settings)
        alive[ObjectIdentifier(endpoint)] = endpoint
        do {
            try endpoint.start()
            try await endpoint.guardDatagrams()
        } catch {
            await endpoint.close()
            throw error
        }
        return endpoint
    }

    private func start() throws(SIPError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        var error = sip_alloc(&sip, nil, Self.tableSize, Self.tableSize, Self.tableSize, settings.software, EndpointHandlers.exited, me)
        guard error == 0, let sip else { throw .failed(code: error) }
        try listen(sip)
        // Before the sessions: what comes is looked at here first.
        error = at_listen(sip, EndpointHandlers.request, me)
        guard error == 0 else { throw .failed(code: error) }
        error = sipsess_listen(&sock, sip, Int32(Self.tableSize), EndpointHandlers.invited, me)
        guard error == 0 else { throw .failed(code: error) }
    }

    /// Both transports on one port.
    private func listen(_ sip: OpaquePointer) throws(SIPError) {
        guard var local = settings.address.socketAddress, !sa_is_any(&local) else { throw .noAddress(settings.address.host) }
        let mayChoose = settings.address.port == 0 || settings.mayMove
        var error: Int32 = 0
        for attempt in 0..<(mayChoose ? Self.attempts : 1) {
            if settings.address.port == 0 || attempt > 0 { sa_set_port(&local, UInt16.random(in: 32_768...60_999)) }
            // TCP first: it has a port to itself, and nothing is left behind when that is taken.
            error = at_transport_add(sip, SIP_TRANSP_TCP, &local)
            if error == 0 { error = at_transport_add(sip, SIP_TRANSP_UDP, &local) }
            if error == 0 {
                address = PeerAddress(local)
                return
            }
            sip_transp_flush(sip)
        }
        throw .cannotListen(settings.address.description, code: error)
    }

    // MARK: Calls

    public var callCount: Int { callsUnderWay.count }

    public func setReady(_ isReady: Bool) { self.isReady = isReady }

    /// Takes no new calls from now on.
    public func drain() { isDraining = true }

    /// Waits until no call is left.
    public func waitUntilIdle(within limit: Duration) async {
        guard !callsUnderWay.isEmpty else { return }
        let idle = Wait<Void>()
        self.idle = idle
        await idle.outcome(within: limit) { idle.end(()) }
    }

    func invite(_ message: UnsafePointer<sip_msg>) {
        guard let sip, let sock else { return }
        guard let invitation = Invitation(message) else { return reply(message, 400, "Bad Request") }
        if let refusal = refusal(of: invitation.source) {
            _ = at_reply(sip, message, refusal.code, refusal.reason, refusal.headers)
            return
        }
        let told = settings.advertised.flatMap { PeerAddress(host: $0, port: 0).socketAddress } ?? message.pointee.dst
        guard let media = MediaStream(ports: ports, address: message.pointee.dst, signalling: message.pointee.src, isSymmetric: settings.isSymmetric),
            let description = SessionDescription(address: told, port: media.port)
        else {
            let refusal = CallRefusal.unavailable(seconds: settings.limits.retrySeconds)
            _ = at_reply(sip, message, refusal.code, refusal.reason, refusal.headers)
            return
        }
        var agreement: SessionDescription.Agreement?
        if let body = message.pointee.mb, mbuf_get_left(body) > 0 {
            agreement = description.read(body, isOffer: true)
            guard agreement != nil else {
                _ = at_reply(sip, message, 488, "Not Acceptable Here", "")
                media.close()
                description.close()
                return
            }
        }
        let call = Call(
            invitation, media: media, description: description, agreement: agreement, endpoint: self, longestSeconds: settings.limits.longestCall)
        callsUnderWay[ObjectIdentifier(call)] = call
        callsOfPeers[invitation.source.host, default: 0] += 1
        guard call.ring(message, over: sock) else {
            _ = at_reply(sip, message, 400, "Bad Request", "")
            return call.end(.refused)
        }
        announce.yield(call)
    }

    private func refusal(of peer: PeerAddress) -> CallRefusal? {
        let limits = settings.limits
        let isTaken = !isDraining && isReady && callsUnderWay.count < limits.calls && callsOfPeers[peer.host, default: 0] < limits.callsOfPeer
            && rate.allows(now: tmr_jiffies())
        return isTaken ? nil : .unavailable(seconds: limits.retrySeconds)
    }

    func forget(_ call: Call) {
        guard callsUnderWay.removeValue(forKey: ObjectIdentifier(call)) != nil else { return }
        let peer = call.invitation.source.host
        callsOfPeers[peer, default: 1] -= 1
        if callsOfPeers[peer] == 0 { callsOfPeers[peer] = nil }
        if callsUnderWay.isEmpty { idle?.end(()) }
    }

    func call(of message: UnsafePointer<sip_msg>) -> Call? {
        callsUnderWay.values.first { $0.isCalled(by: message) }
    }

    // MARK: The end

    /// Hangs up what is left, and lets go of the address.
    public func close() async {
        (isDraining, isClosed) = (true, true)
        for call in Array(callsUnderWay.values) { call.hangUp() }
        announce.finish()
        gate?.close()
        gate = nil
        if let sock { mem_deref(UnsafeMutableRawPointer(sock)) }
        sock = nil
        guard let sip else {
            Self.alive[ObjectIdentifier(self)] = nil
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
            Self.alive[ObjectIdentifier(self)] = nil
        }
    }
}

extension Invitation {
    /// - Returns: nil for a request that does not keep to the grammar.
    @SIPLoop init?(_ request: UnsafePointer<sip_msg>) {
        guard let message = SIPMessage(of: request) else { return nil }
        self.message = message
        source = PeerAddress(request.pointee.src)
        port = PeerAddress(request.pointee.dst).port
        transport = request.pointee.tp == SIP_TRANSP_UDP ? "UDP" : request.pointee.tp == SIP_TRANSP_TLS ? "TLS" : "TCP"
    }
}

extension SIPMessage {
    /// Reads a request by our own grammar.
    @SIPLoop init?(of request: UnsafePointer<sip_msg>) {
        var size = 0
        guard let bytes = at_request_text(request, &size) else { return nil }
        do {
            try self.init(UnsafeRawBufferPointer(start: bytes, count: size), framing: request.pointee.tp == SIP_TRANSP_UDP ? .datagram : .stream)
        } catch {
            return nil
        }
    }
}
