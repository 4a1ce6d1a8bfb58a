/// A recording in the making: packets are laid where their timestamps say, whatever their order; what is missing is silence.
///
/// Places are in samples from the beginning, one byte each.
public struct Take: Sendable {
    /// Where the timestamp `base` of the present stream lies.
    private struct Anchor {
        let source: UInt32
        let base: UInt32
        let place: Int
    }

    private let silence: UInt8
    private var anchor: Anchor?
    private var sequence = SequenceWindow()
    /// Losses of streams before the present one.
    private var lostBefore = 0
    /// What has not been given out yet, from `start` on.
    private var window: [UInt8] = []
    private var start = 0

    /// Packets that came after their place had been given out.
    public private(set) var late = 0
    public private(set) var received = 0

    /// Samples that may be late: what is older is given out.
    static let patience = Clip.rate / 5
    /// Samples that a timestamp may be before or behind its time before it is taken for another clock.
    private static let slack = 2 * Clip.rate
    /// A beginning without sound that is longer than this is recorded as silence.
    private static let unhurried = Clip.rate / 5

    public init(silence: UInt8) { self.silence = silence }

    /// Samples so far.
    public var end: Int { start + window.count }
    public var lost: Int { lostBefore + sequence.lost }

    /// A packet of something else in the same stream, such as a key.
    public mutating func note(_ packet: RTPPacket) {
        guard anchor?.source == packet.source else { return }
        _ = sequence.note(packet.sequence)
    }

    /// Lays a packet down.
    /// - Parameter now: samples that would have passed by the clock since the recording began.
    /// - Returns: where its sound ends; nil for one that was dropped.
    @discardableResult
    public mutating func put(_ packet: RTPPacket, _ sound: some Collection<UInt8>, now: Int) -> Int? {
        if anchor?.source != packet.source { begin(packet, now) }
        switch sequence.note(packet.sequence) {
        case .duplicate: return nil
        case .foreign:
            begin(packet, now)
            _ = sequence.note(packet.sequence)
        case .new: break
        }
        received += 1
        guard let anchor else { return nil }
        var place = anchor.place + Int(Int32(bitPattern: packet.timestamp &- anchor.base))
        if place > max(end, now) + Self.slack || place + sound.count < start - Self.slack {
            // The sender's clock has jumped: what it sends goes on where the sound ends.
            self.anchor = Anchor(source: packet.source, base: packet.timestamp, place: max(end, now - Self.patience))
            place = self.anchor?.place ?? end
        }
        guard place >= start else {
            // Part of it may still be in time; a gap that is heard already cannot be filled.
            late += 1
            return nil
        }
        lay(sound, at: place - start)
        return place + sound.count
    }

    private mutating func begin(_ packet: RTPPacket, _ now: Int) {
        let isFirst = anchor == nil
        lostBefore += sequence.lost
        sequence = SequenceWindow()
        let place = isFirst ? (now > Self.unhurried ? now : 0) : max(end, now - Self.patience)
        anchor = Anchor(source: packet.source, base: packet.timestamp, place: place)
    }

    private mutating func lay(_ sound: some Collection<UInt8>, at offset: Int) {
        let needed = offset + sound.count
        if window.count < needed { window.append(contentsOf: repeatElement(silence, count: needed - window.count)) }
        window.replaceSubrange(offset..<needed, with: sound)
    }

    /// What nobody can add to any more.
    public mutating func drain() -> [UInt8] { take(window.count - Self.patience) }

    /// All the rest.
    public mutating func finish() -> [UInt8] { take(window.count) }

    private mutating func take(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        defer {
            window.removeFirst(count)
            start += count
        }
        return Array(window.prefix(count))
    }
}
