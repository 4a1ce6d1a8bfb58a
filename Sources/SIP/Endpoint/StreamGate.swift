import CRe
import Glibc
import Waiting

/// Takes the connections over TCP and TLS of an endpoint in libre's place: strangers are let go of before a byte of theirs is read, and of others libre is
/// given whole messages, which keep to the grammar.
///
/// `CStreams` has libre ask here. Whether it does is found out when an endpoint opens, by a connection to ourselves at each address.
@SIPLoop final class StreamGate {
    let door: Doorkeeper
    let table: CallTable
    private let limits: CallLimits
    /// By descriptor: libre closes some without a word, and then another may have the number.
    private var streams: [Int32: GuardedStream] = [:]
    private var addresses: Set<PeerAddress> = []
    /// Those where a connection has come in by this gate.
    private var proven: Set<PeerAddress> = []
    private var knocked = Wait<Void>()
    /// Where our own connection comes from: it takes nothing of what strangers may have.
    private var ownPlace: PeerAddress?
    /// Connections that were let go of.
    private(set) var refused = 0

    /// All of the process, by the addresses that they stand at.
    private static var standing: [PeerAddress: StreamGate] = [:]

    /// Of one stranger; all of them together have a quarter of what there is.
    private static let mostOfStranger = 8

    init(_ door: Doorkeeper, _ table: CallTable, _ limits: CallLimits) {
        self.door = door
        self.table = table
        self.limits = limits
        at_guard_streams { result, listener, established, received, closed, argument in
            // Safe as in every handler: they stay on this thread and are not used after it returns (`SIPLoop.assumeIsolated`). `argument` alone is kept, in
            // the reader: libre's own word for its connection, which is given back to it on this thread and never looked into.
            nonisolated(unsafe) let result = result, listener = listener, argument = argument
            return SIPLoop.assumeIsolated {
                let reader = StreamReader(established: established, received: received, closed: closed, argument: argument)
                return StreamGate.take(result, listener, reader)
            }
        }
    }

    /// Stands at an address that has just been listened on: nobody has come in yet, as all of this happens on one thread.
    func stand(at address: PeerAddress) {
        addresses.insert(address)
        Self.standing[address] = self
    }

    /// Whether what comes in there was looked at.
    func stands(at address: PeerAddress) -> Bool { proven.contains(address) }

    /// Nothing listens any more.
    func leave() {
        for address in addresses where Self.standing[address] === self { Self.standing[address] = nil }
        addresses = []
    }

    /// Connects to ourselves.
    /// - Returns: whether the connection came in by this gate.
    func isPassed(at address: PeerAddress, within limit: Duration) async -> Bool {
        guard var target = address.socketAddress else { return false }
        let knocked = Wait<Void>()
        self.knocked = knocked
        var connection: OpaquePointer?
        guard tcp_connect(&connection, &target, nil, nil, nil, nil) == 0, let connection else { return false }
        var local = sa()
        ownPlace = tcp_conn_local_get(connection, &local) == 0 ? PeerAddress(local) : nil
        defer { ownPlace = nil }
        await knocked.outcome(within: limit) { knocked.end(()) }
        mem_deref(UnsafeMutableRawPointer(connection))
        return stands(at: address)
    }

    // MARK: Connections

    private static func take(_ result: UnsafeMutablePointer<OpaquePointer?>?, _ listener: OpaquePointer?, _ reader: StreamReader) -> Int32 {
        var local = sa()
        // A listener of something else.
        guard let result, tcp_sock_local_get(listener, &local) == 0, let gate = standing[PeerAddress(local)] else {
            return at_accept_stream(result, listener, reader.established, reader.received, reader.closed, reader.argument)
        }
        gate.proven.insert(PeerAddress(local))
        gate.knocked.end(())
        return gate.take(result, listener, reader)
    }

    private func take(_ result: UnsafeMutablePointer<OpaquePointer?>, _ listener: OpaquePointer?, _ reader: StreamReader) -> Int32 {
        let stream = GuardedStream(self, reader)
        let error = at_accept_stream(result, listener, GuardedStream.established, GuardedStream.received, GuardedStream.closed, stream.pointer)
        guard error == 0, let connection = result.pointee else { return error }
        var peer = sa()
        guard tcp_conn_peer_get(connection, &peer) == 0, lets(PeerAddress(peer)) else {
            refused += 1
            result.pointee = nil
            mem_deref(UnsafeMutableRawPointer(connection))
            return ECONNREFUSED
        }
        stream.begin(connection, peer)
        streams[stream.descriptor] = stream
        return 0
    }

    private func lets(_ peer: PeerAddress) -> Bool {
        guard peer != ownPlace else { return false }
        let isKnown = knows(peer)
        guard isKnown || door.looks(at: peer) else { return false }
        if isFull(for: peer, isKnown) { streams = streams.filter { $0.value.isOpen } }
        return !isFull(for: peer, isKnown)
    }

    private func isFull(for peer: PeerAddress, _ isKnown: Bool) -> Bool {
        let ofPeer = streams.values.count { $0.peer.site == peer.site }
        guard !isKnown else { return streams.count >= limits.connections || ofPeer >= limits.connectionsOfPeer }
        return ofPeer >= Self.mostOfStranger || streams.values.count { !knows($0.peer) } >= max(1, limits.connections / 4)
            || streams.count >= limits.connections
    }

    private func knows(_ peer: PeerAddress) -> Bool { door.trusts(peer) || door.remembers(peer) || table.count(of: peer) > 0 }

    func forget(_ stream: GuardedStream) { if streams[stream.descriptor] === stream { streams[stream.descriptor] = nil } }

    func has(_ stream: GuardedStream) -> Bool { streams[stream.descriptor] === stream }
}

/// The reader of a connection: libre.
struct StreamReader {
    let established: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    let received: (@convention(c) (UnsafeMutablePointer<mbuf>?, UnsafeMutableRawPointer?) -> Void)?
    let closed: (@convention(c) (Int32, UnsafeMutableRawPointer?) -> Void)?
    let argument: UnsafeMutableRawPointer?
}

extension SIPEndpoint {
    /// - Returns: when it is known that connections are looked at there.
    func guardStreams(at address: PeerAddress) async throws(SIPError) {
        for _ in 0..<10 {
            if await streams.isPassed(at: address, within: .milliseconds(500)) { return }
        }
        throw .unguarded(address.description)
    }
}
