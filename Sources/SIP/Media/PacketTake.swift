/// A recording of Opus: its packets stay as they came, in order, and between them are packets without sound for what is missing.
struct PacketTake: Laying {
    private struct Laid {
        let place: Int
        let ticks: Int
        let packet: [UInt8]
        var end: Int { place + ticks }
    }

    var placing = Placing()
    /// What has not been given out yet, by place.
    private var window: [Laid] = []
    /// Where what was given out ends.
    private var start = 0
    /// How the last packet that was given out began.
    private var last: UInt8?

    var end: Int { window.last?.end ?? start }

    mutating func lay(_ packet: RTPPacket, _ sound: UnsafeRawBufferPointer, unitsInTick: Int, now: Int) -> Int? {
        lay(packet, [Array(sound)], unitsInTick: unitsInTick, now: now)
    }

    mutating func lay(_ packet: RTPPacket, _ pieces: [[UInt8]], unitsInTick: Int, now: Int) -> Int? {
        let sized = pieces.compactMap { piece in OpusPacket.ticks(piece).map { (piece, $0) } }
        let length = sized.reduce(0) { $0 + $1.1 }
        guard length > 0, var place = placing.place(packet, length: length, unitsInTick: unitsInTick, now: now, start: start, end: end) else { return nil }
        for (piece, ticks) in sized {
            defer { place += ticks }
            let index = window.lastIndex { $0.place <= place }.map { $0 + 1 } ?? 0
            // A packet whose place has sound already is dropped.
            if index > 0, window[index - 1].end > place { continue }
            if index < window.count, window[index].place < place + ticks { continue }
            window.insert(Laid(place: place, ticks: ticks, packet: piece), at: index)
        }
        return place
    }

    mutating func drain() -> [UInt8] { take(until: end - Placing.patience) }
    mutating func finish() -> [UInt8] { take(until: .max) }

    private mutating func take(until limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        let count = window.firstIndex { $0.end > limit } ?? window.count
        for laid in window.prefix(count) {
            for filling in OpusPacket.filling(laid.place - start, after: last) { bytes += OpusPacket.record(filling) }
            bytes += OpusPacket.record(laid.packet)
            start = laid.end
            last = laid.packet.first
        }
        window.removeFirst(count)
        return bytes
    }
}
