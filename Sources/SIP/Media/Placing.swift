/// Where packets of a recording lie: where their timestamps say, whatever their order. Places are in ticks of 8,000 a second from the beginning.
struct Placing: Sendable {
    /// Where the timestamp `base` of the present stream lies.
    private struct Anchor {
        let source: UInt32
        let unitsInTick: Int
        let base: UInt32
        let place: Int
    }

    private var anchor: Anchor?
    private var sequence = SequenceWindow()
    /// Losses of streams before the present one.
    private var lostBefore = 0

    /// Packets that came after their place had been given out.
    private(set) var late = 0
    private(set) var received = 0

    /// Ticks that may be late: what is older is given out.
    static let patience = Clip.rate / 5
    /// Ticks that a timestamp may be before or behind its time before it is taken for another clock.
    private static let slack = 2 * Clip.rate
    /// A beginning without sound that is longer than this is recorded as silence.
    private static let unhurried = Clip.rate / 5

    var lost: Int { lostBefore + sequence.lost }

    /// A packet of something else in the same stream, such as a key.
    mutating func note(_ packet: RTPPacket) {
        guard anchor?.source == packet.source else { return }
        _ = sequence.note(packet.sequence)
    }

    /// - Parameters:
    ///   - length: of its sound.
    ///   - unitsInTick: of its timestamp.
    ///   - now: ticks that would have passed by the clock since the recording began.
    ///   - start: what is before was given out.
    ///   - end: of what has been laid down.
    /// - Returns: nil for one that is dropped.
    mutating func place(_ packet: RTPPacket, length: Int, unitsInTick: Int, now: Int, start: Int, end: Int) -> Int? {
        if anchor?.source != packet.source || anchor?.unitsInTick != unitsInTick { begin(packet, unitsInTick, now, end) }
        switch sequence.note(packet.sequence) {
        case .duplicate: return nil
        case .foreign:
            begin(packet, unitsInTick, now, end)
            _ = sequence.note(packet.sequence)
        case .new: break
        }
        received += 1
        guard let anchor else { return nil }
        var place = anchor.place + Int(Int32(bitPattern: packet.timestamp &- anchor.base)) / unitsInTick
        if place > max(end, now) + Self.slack || place + length < start - Self.slack {
            // The sender's clock has jumped: what it sends goes on where the sound ends.
            place = max(end, now - Self.patience)
            self.anchor = Anchor(source: packet.source, unitsInTick: unitsInTick, base: packet.timestamp, place: place)
        }
        guard place >= start else {
            // Part of it may still be in time; a gap that is heard already cannot be filled.
            late += 1
            return nil
        }
        return place
    }

    private mutating func begin(_ packet: RTPPacket, _ unitsInTick: Int, _ now: Int, _ end: Int) {
        let isFirst = anchor == nil
        // Another kind of sound in one stream goes on in its count (RFC 3550 §5.1).
        if anchor?.source != packet.source || anchor?.unitsInTick == unitsInTick {
            lostBefore += sequence.lost
            sequence = SequenceWindow()
        }
        let place = isFirst ? (now > Self.unhurried ? now : 0) : max(end, now - Self.patience)
        anchor = Anchor(source: packet.source, unitsInTick: unitsInTick, base: packet.timestamp, place: place)
    }
}
