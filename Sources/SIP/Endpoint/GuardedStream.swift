import CRe
import Glibc
import SIPGrammar

/// One connection that was taken: what comes over it goes on to libre message by message, and what does not keep to the grammar goes no further.
///
/// Over TLS it is what was encrypted. libre holds an unretained pointer to it: the gate keeps it for longer than the connection lasts.
@SIPLoop final class GuardedStream {
    private unowned let gate: StreamGate
    private let reader: StreamReader
    private var cutter = StreamCutter(longest: DatagramGate.longest)
    private(set) var peer = PeerAddress(host: "", port: 0)
    private(set) var descriptor: Int32 = -1
    private var connection: OpaquePointer?

    init(_ gate: StreamGate, _ reader: StreamReader) {
        self.gate = gate
        self.reader = reader
    }

    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func begin(_ connection: OpaquePointer, _ peer: sa) {
        self.connection = connection
        self.peer = PeerAddress(peer)
        descriptor = tcp_conn_fd(connection)
    }

    /// Whether the connection is there still: libre lets go of one whose time is over, and tells nobody.
    var isOpen: Bool {
        var storage = sockaddr_storage(), length = socklen_t(MemoryLayout<sockaddr_storage>.size), now = sa()
        let isThere = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 && sa_set_sa(&now, $0) == 0 }
        }
        return isThere && PeerAddress(now) == peer
    }

    // MARK: What libre's connection tells
    // Why pointers may be called `nonisolated(unsafe)` here is said at `SIPLoop.assumeIsolated`.

    static let established: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
        nonisolated(unsafe) let argument = argument
        SIPLoop.assumeIsolated {
            guard let reader = stream(argument)?.reader else { return }
            reader.established?(reader.argument)
        }
    }

    static let received: @convention(c) (UnsafeMutablePointer<mbuf>?, UnsafeMutableRawPointer?) -> Void = { buffer, argument in
        nonisolated(unsafe) let buffer = buffer, argument = argument
        SIPLoop.assumeIsolated {
            var size = 0
            guard let stream = stream(argument), let bytes = at_rest(buffer, &size) else { return }
            stream.take(UnsafeBufferPointer(start: bytes, count: size))
        }
    }

    static let closed: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { error, argument in
        nonisolated(unsafe) let argument = argument
        SIPLoop.assumeIsolated { stream(argument)?.end(error) }
    }

    @SIPLoop private static func stream(_ argument: UnsafeMutableRawPointer?) -> GuardedStream? {
        argument.map { Unmanaged<GuardedStream>.fromOpaque($0).takeUnretainedValue() }
    }

    private func end(_ error: Int32) {
        gate.forget(self)
        connection = nil
        reader.closed?(error, reader.argument)
    }

    // MARK: What comes

    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        cutter.append(bytes)
        do throws(StreamCutter.Broken) {
            while let piece = try cutter.next() {
                switch piece {
                // However many there were: each question has an answer.
                case .blank(let isQuestion): pass(Array((isQuestion ? "\r\n\r\n" : "\r\n").utf8))
                case .message(let bytes): guard lets(bytes) else { return end(EPROTO) }
                }
                // libre may have closed it for what it was given.
                guard gate.has(self), isOpen else { return }
            }
        } catch {
            end(EPROTO)
        }
    }

    /// - Returns: false where that was the last of it.
    private func lets(_ bytes: [UInt8]) -> Bool {
        guard gate.table.count(of: peer) > 0 || gate.door.looks(at: peer) else { return false }
        do {
            _ = try SIPMessage(bytes, framing: .stream)
        } catch {
            // A stranger hears of his mistakes only once he has shown who he is.
            guard gate.door.trusts(peer) else { return false }
            if let response = error.response, let connection { withBuffer(response) { _ = tcp_send(connection, $0) } }
            return true
        }
        pass(bytes)
        return true
    }

    private func pass(_ bytes: [UInt8]) { withBuffer(bytes) { reader.received?($0, reader.argument) } }

    private func withBuffer(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<mbuf>) -> Void) {
        guard let buffer = mbuf_alloc(bytes.count) else { return }
        defer { mem_deref(buffer) }
        guard mbuf_write_mem(buffer, bytes, bytes.count) == 0 else { return }
        buffer.pointee.pos = 0
        body(buffer)
    }
}
