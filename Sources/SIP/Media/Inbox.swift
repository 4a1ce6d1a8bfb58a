import CDatagrams
import CRe

/// Room for packets that have come, used over and over by all calls: packets in it last until the next are taken.
@SIPLoop final class Inbox {
    /// The one that there is.
    static let shared = Inbox()

    /// Packets that it has room for.
    static let size = Int(CDATAGRAMS_BATCH)

    /// Never given back: the loop lasts as long as the process.
    private let room = cdatagrams_inbox_new()

    private init() {}

    /// Takes what has come to a socket.
    /// - Returns: the number of packets.
    func take(_ descriptor: Int32) -> Int {
        guard let room else { return 0 }
        return Int(cdatagrams_take(descriptor, room))
    }

    /// One of those that were taken.
    struct Packet {
        let source: sa
        let bytes: UnsafeMutableRawBufferPointer
        /// Milliseconds since 1970.
        let came: UInt64
    }

    /// - Returns: nil for one that was too long, or is not there.
    subscript(index: Int) -> Packet? {
        guard let room, index >= 0, index < Self.size else { return nil }
        var size = 0
        guard let bytes = cdatagrams_bytes(room, Int32(index), &size), let from = cdatagrams_source(room, Int32(index)) else { return nil }
        var source = sa()
        guard sa_set_sa(&source, from.assumingMemoryBound(to: sockaddr.self)) == 0 else { return nil }
        return Packet(source: source, bytes: UnsafeMutableRawBufferPointer(start: bytes, count: size), came: cdatagrams_came(room, Int32(index)))
    }
}
