import CDatagrams
import CRe

/// The two sockets of a call: one for sound, the one above for reports.
///
/// libre tells of each report. Sound is taken at each step of the clock instead, whatever has come by then: to be woken for every packet would cost a
/// turn of the loop, a buffer and a call into libre for each.
@SIPLoop struct RTPSockets {
    let port: UInt16
    let sound: OpaquePointer
    let reports: OpaquePointer
    private let descriptor: Int32

    typealias Handler = @convention(c) (UnsafePointer<sa>?, UnsafeMutablePointer<mbuf>?, UnsafeMutableRawPointer?) -> Void

    /// - Returns: nil when a port is taken.
    init?(_ address: sa, port: UInt16, owner: UnsafeMutableRawPointer, reports: Handler) {
        guard let sound = Self.open(address, port, nil, nil) else { return nil }
        guard let reports = Self.open(address, port &+ 1, owner, reports) else {
            mem_deref(UnsafeMutableRawPointer(sound))
            return nil
        }
        var address = address
        udp_thread_detach(sound)
        descriptor = udp_sock_fd(sound, sa_af(&address))
        cdatagrams_note_times(descriptor)
        self.port = port
        self.sound = sound
        self.reports = reports
    }

    private static func open(_ address: sa, _ port: UInt16, _ owner: UnsafeMutableRawPointer?, _ handler: Handler?) -> OpaquePointer? {
        var address = address
        sa_set_port(&address, port)
        var socket: OpaquePointer?
        guard udp_listen(&socket, &address, handler, owner) == 0, let socket else { return nil }
        udp_rxsz_set(socket, RTPPacket.maximumSize)
        return socket
    }

    /// Takes packets of sound that have come.
    func take(to inbox: Inbox) -> Int { inbox.take(descriptor) }

    func close() {
        mem_deref(UnsafeMutableRawPointer(sound))
        mem_deref(UnsafeMutableRawPointer(reports))
    }
}

/// Which ports calls have. One that was given back rests for a while: what is still on its way to the call that had it must not be heard in the next.
@SIPLoop final class PortRange {
    private let first: UInt16
    private let pairs: Int
    private var used: Set<UInt16> = []
    /// Resting ones and until when, in milliseconds, oldest first.
    private var resting: [(port: UInt16, until: UInt64)] = []
    private var next: Int

    private static let rest: UInt64 = 5000
    private static let attempts = 64

    init(_ range: ClosedRange<UInt16>) {
        first = range.lowerBound + range.lowerBound % 2
        pairs = max(0, (Int(range.upperBound) - Int(range.lowerBound + range.lowerBound % 2) + 1) / 2)
        // Somewhere, so that the ports of the next call cannot be guessed from outside.
        next = pairs > 0 ? Int.random(in: 0..<pairs) : 0
    }

    /// Two free ports.
    func open(_ address: sa, owner: UnsafeMutableRawPointer, reports: RTPSockets.Handler) -> RTPSockets? {
        let now = tmr_jiffies()
        while let oldest = resting.first, oldest.until <= now {
            used.remove(oldest.port)
            resting.removeFirst()
        }
        var tries = 0
        for _ in 0..<pairs where tries < Self.attempts {
            let port = first + UInt16(2 * next)
            next = (next + 1) % pairs
            guard !used.contains(port) else { continue }
            tries += 1
            guard let sockets = RTPSockets(address, port: port, owner: owner, reports: reports) else { continue }
            used.insert(port)
            return sockets
        }
        return nil
    }

    func close(_ sockets: RTPSockets) {
        sockets.close()
        resting.append((sockets.port, tmr_jiffies() &+ Self.rest))
    }
}
