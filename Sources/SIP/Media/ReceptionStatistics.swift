/// What a report says of the packets that came from one source (RFC 3550 §6.4.1, A.3, A.8).
struct ReceptionStatistics {
    let source: UInt32
    private var first: UInt32
    private var highest: UInt32
    private var received: UInt32 = 0
    private var expectedBefore: UInt32 = 0
    private var receivedBefore: UInt32 = 0
    /// Sixteen times the jitter, in units of timestamps.
    private var jitter: UInt32 = 0
    private var transit: UInt32?
    private var clockRate = Clip.rate
    /// The middle of the other side's last time, and when it came, in milliseconds.
    private var lastReport: (time: UInt32, came: UInt64)?

    init(_ packet: RTPPacket) {
        source = packet.source
        first = UInt32(packet.sequence)
        highest = first
    }

    /// A packet has come.
    /// - Parameters:
    ///   - clockRate: units of its timestamp a second; nil where they are those of the packets before.
    ///   - came: milliseconds since 1970.
    mutating func note(_ packet: RTPPacket, clockRate: Int? = nil, came: UInt64) {
        received &+= 1
        let step = Int16(bitPattern: packet.sequence &- UInt16(truncatingIfNeeded: highest))
        if step > 0 { highest &+= UInt32(step) }
        if let clockRate, clockRate != self.clockRate { (self.clockRate, self.transit) = (clockRate, nil) }
        let arrival = UInt32(truncatingIfNeeded: came &* UInt64(self.clockRate / 1000)), transit = arrival &- packet.timestamp
        if let before = self.transit {
            let difference = Int32(bitPattern: transit &- before).magnitude
            // A jump of either side's clock is no jitter.
            if difference < UInt32(self.clockRate) { jitter = jitter &+ difference &- ((jitter &+ 8) >> 4) }
        }
        self.transit = transit
    }

    /// The other side has told its time.
    mutating func noteReport(time: UInt32, now: UInt64) { lastReport = (time, now) }

    /// Twenty-four bytes about it; what was lost since the last is in them.
    mutating func block(now: UInt64) -> [UInt8] {
        let expected = highest &- first &+ 1
        // Doubled packets can make it less than nothing.
        let lost = max(-0x80_0000, min(0x7F_FFFF, Int(Int32(bitPattern: expected &- received))))
        let expectedSince = expected &- expectedBefore, receivedSince = received &- receivedBefore
        (expectedBefore, receivedBefore) = (expected, received)
        let fraction = expectedSince == 0 || receivedSince >= expectedSince ? 0 : (UInt64(expectedSince - receivedSince) << 8) / UInt64(expectedSince)
        let delay = lastReport.map { UInt32(truncatingIfNeeded: (now &- $0.came) &* 65_536 / 1000) } ?? 0
        return Bytes.word(source) + [UInt8(min(255, fraction))] + Bytes.word(UInt32(truncatingIfNeeded: lost)).dropFirst() + Bytes.word(highest)
            + Bytes.word(jitter >> 4) + Bytes.word(lastReport?.time ?? 0) + Bytes.word(delay)
    }
}

enum Bytes {
    /// The highest first.
    static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }

    /// - Returns: nil where there are not four.
    static func word(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt32? {
        guard place >= 0, place + 4 <= bytes.count else { return nil }
        return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) }
    }
}
