/// A recording in the making. What is missing between packets is silence.
protocol Laying {
    /// Ticks so far.
    var end: Int { get }
    var placing: Placing { get set }

    /// Lays sound down that came in a packet, in the recording's format.
    /// - Parameters:
    ///   - unitsInTick: of the packet's timestamp.
    ///   - now: ticks that would have passed by the clock since the recording began.
    /// - Returns: where it ends; nil for what was dropped.
    mutating func lay(_ packet: RTPPacket, _ sound: UnsafeRawBufferPointer, unitsInTick: Int, now: Int) -> Int?

    /// Lays sound down that came in a packet in another format.
    /// - Parameter pieces: what was made of it.
    mutating func lay(_ packet: RTPPacket, _ pieces: [[UInt8]], unitsInTick: Int, now: Int) -> Int?

    /// What nobody can add to any more.
    mutating func drain() -> [UInt8]

    /// All the rest.
    mutating func finish() -> [UInt8]
}

/// A recording of sound that has a byte for each tick.
public struct Take: Sendable, Laying {
    private let silence: UInt8
    var placing = Placing()
    /// What has not been given out yet, from `start` on.
    private var window: [UInt8] = []
    private var start = 0

    public init(silence: UInt8) { self.silence = silence }

    /// Samples so far.
    public var end: Int { start + window.count }
    public var lost: Int { placing.lost }
    public var late: Int { placing.late }
    public var received: Int { placing.received }

    mutating func lay(_ packet: RTPPacket, _ sound: UnsafeRawBufferPointer, unitsInTick: Int, now: Int) -> Int? {
        put(packet, sound, unitsInTick: unitsInTick, now: now)
    }

    mutating func lay(_ packet: RTPPacket, _ pieces: [[UInt8]], unitsInTick: Int, now: Int) -> Int? {
        put(packet, Array(pieces.joined()), unitsInTick: unitsInTick, now: now)
    }

    /// Lays a packet down.
    /// - Parameters:
    ///   - unitsInTick: of its timestamp.
    ///   - now: samples that would have passed by the clock since the recording began.
    /// - Returns: where its sound ends; nil for one that was dropped.
    @discardableResult
    public mutating func put(_ packet: RTPPacket, _ sound: some Collection<UInt8>, unitsInTick: Int = 1, now: Int) -> Int? {
        guard let place = placing.place(packet, length: sound.count, unitsInTick: unitsInTick, now: now, start: start, end: end) else { return nil }
        lay(sound, at: place - start)
        return place + sound.count
    }

    private mutating func lay(_ sound: some Collection<UInt8>, at offset: Int) {
        // Nearly always the next in turn.
        if offset == window.count { return window.append(contentsOf: sound) }
        let needed = offset + sound.count
        if window.count < needed { window.append(contentsOf: repeatElement(silence, count: needed - window.count)) }
        window.replaceSubrange(offset..<needed, with: sound)
    }

    public mutating func drain() -> [UInt8] { take(window.count - Placing.patience) }
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
