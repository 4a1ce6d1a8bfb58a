import CRe
import SIPGrammar
import Waiting

/// Looks at each datagram before libre reads it: what strangers send goes no further.
///
/// libre keeps the socket of its transport to itself, and shows it with each message. So the endpoint sends itself one, and takes the socket from it.
@SIPLoop final class DatagramGate {
    /// Ends when it stands.
    private var knocked = Wait<Void>()
    private var helper: OpaquePointer?
    private var socket: OpaquePointer?
    private let door: Doorkeeper
    private let table: CallTable
    /// Known to nobody else.
    private let word = (0..<4).map { _ in String(UInt32.random(in: 0...(.max)), radix: 36) }.joined()
    private(set) var dropped = 0

    /// A message that is longer is no call's.
    static let longest = 16_384

    init(_ door: Doorkeeper, _ table: CallTable) {
        self.door = door
        self.table = table
    }

    /// Sends the message to ourselves.
    /// - Returns: whether the gate stands.
    func stands(at address: PeerAddress, within limit: Duration) async -> Bool {
        let knocked = Wait<Void>()
        self.knocked = knocked
        knock(address)
        await knocked.outcome(within: limit) { knocked.end(()) }
        return helper != nil
    }

    private func knock(_ address: PeerAddress) {
        let text = """
            OPTIONS sip:gate@\(address) SIP/2.0\r
            Via: SIP/2.0/UDP \(address);branch=z9hG4bK\(word)\r
            From: <sip:gate@\(address)>;tag=\(word)\r
            To: <sip:gate@\(address)>\r
            Call-ID: \(word)\r
            CSeq: 1 OPTIONS\r
            Max-Forwards: 0\r
            Content-Length: 0\r
            \r\n
            """
        let bytes = Array(text.utf8)
        guard var target = address.socketAddress, let packet = mbuf_alloc(bytes.count) else { return }
        defer { mem_deref(packet) }
        guard mbuf_write_mem(packet, bytes, bytes.count) == 0 else { return }
        packet.pointee.pos = 0
        // From a socket of the same kind: libre's anonymous one is of IPv4.
        var source = target
        sa_set_port(&source, 0)
        var socket: OpaquePointer?
        guard udp_listen(&socket, &source, nil, nil) == 0, let socket else { return }
        _ = udp_send(socket, &target, packet)
        mem_deref(UnsafeMutableRawPointer(socket))
    }

    /// Whether it is the message that we have sent to ourselves: then the gate stands.
    func isOwn(_ message: UnsafePointer<sip_msg>) -> Bool {
        guard message.pointee.tp == SIP_TRANSP_UDP, String(message.pointee.callid) == word else { return false }
        guard helper == nil, let socket = message.pointee.sock.map({ OpaquePointer($0) }) else { return true }
        self.socket = socket
        let error = udp_register_helper(
            &helper, socket, 0, nil,
            { source, packet, argument in
                guard let source = source?.pointee, let argument else { return true }
                nonisolated(unsafe) let packet = packet, me = argument
                return SIPLoop.assumeIsolated { Unmanaged<DatagramGate>.fromOpaque(me).takeUnretainedValue().stops(source, packet) }
            }, Unmanaged.passUnretained(self).toOpaque())
        if error == 0 { knocked.end(()) }
        return true
    }

    /// - Returns: true for what goes no further.
    private func stops(_ source: sa, _ packet: UnsafeMutablePointer<mbuf>?) -> Bool {
        var size = 0
        let peer = PeerAddress(source)
        guard let bytes = at_rest(packet, &size), size <= Self.longest, table.count(of: peer) > 0 || door.looks(at: peer) else {
            dropped += 1
            return true
        }
        do {
            let message = try SIPMessage(UnsafeRawBufferPointer(start: bytes, count: size))
            // libre answers to wherever that says (RFC 3261 §18.2.2): a stranger would choose who gets our answers.
            guard message.vias.first?.parameters.has("maddr") != true || door.trusts(peer) else {
                dropped += 1
                return true
            }
            return false
        } catch {
            dropped += 1
            // A stranger hears of his mistakes only once he has shown who he is.
            if let response = error.response, door.trusts(peer) { send(response, to: source) }
            return true
        }
    }

    /// To where the request came from: what it says itself of the way back may be what is wrong with it.
    private func send(_ bytes: [UInt8], to target: sa) {
        guard let socket, let packet = mbuf_alloc(bytes.count) else { return }
        defer { mem_deref(packet) }
        guard mbuf_write_mem(packet, bytes, bytes.count) == 0 else { return }
        packet.pointee.pos = 0
        var target = target
        _ = udp_send(socket, &target, packet)
    }

    func close() {
        if let helper { mem_deref(UnsafeMutableRawPointer(helper)) }
        (helper, socket) = (nil, nil)
    }
}

extension SIPEndpoint {
    /// - Returns: when the gate stands.
    func guardDatagrams(at address: PeerAddress) async throws(SIPError) {
        let gate = DatagramGate(door, table)
        gates.append(gate)
        for _ in 0..<10 {
            if await gate.stands(at: address, within: .milliseconds(500)) { return }
        }
        throw .cannotListen(address.description, code: 0)
    }
}
