import CRe

/// The reports of one call: when they are due, and where they go.
@SIPLoop struct Reports {
    private var reception: ReceptionStatistics?
    /// Where the other side's come from, if from where its sound does.
    private var latch: sa?
    /// Steps of 20 milliseconds until the next; chance keeps many calls from reporting at once (RFC 3550 §6.2).
    private var wait = Int.random(in: 60...185)
    private var packetsReported: UInt32 = 0
    private let name = String((0..<16).compactMap { _ in "abcdefghijklmnopqrstuvwxyz234567".randomElement() })

    /// Around five seconds.
    private static let between = 125...375

    /// A packet of sound or of a key has come.
    /// - Parameters:
    ///   - clockRate: of its timestamp, where it is known.
    ///   - came: milliseconds since 1970.
    mutating func note(_ packet: RTPPacket, clockRate: Int?, came: UInt64) {
        if reception?.source != packet.source { reception = ReceptionStatistics(packet) }
        reception?.note(packet, clockRate: clockRate, came: came)
    }

    /// A report has come.
    mutating func noteReport(_ bytes: UnsafeRawBufferPointer, from source: sa) {
        latch = source
        guard let known = reception?.source, let time = ReportPacket.time(in: bytes, of: known) else { return }
        reception?.noteReport(time: time, now: tmr_jiffies())
    }

    /// The other side has said where it is, perhaps anew.
    mutating func forgetWay() { latch = nil }

    /// Where they go.
    func target(_ described: sa) -> sa { latch ?? described }

    /// Twenty milliseconds have passed.
    /// - Returns: whether one is due.
    mutating func step() -> Bool {
        wait -= 1
        guard wait <= 0 else { return false }
        wait = Int.random(in: Self.between)
        return true
    }

    mutating func packet(_ sender: RTPSender, isLast: Bool) -> [UInt8] {
        let sent =
            sender.packets == packetsReported
            ? nil : ReportPacket.Sent(timestamp: sender.timestamp, packets: sender.packets, bytes: sender.bytes)
        packetsReported = sender.packets
        return ReportPacket.bytes(source: sender.source, name: name, sent: sent, block: reception?.block(now: tmr_jiffies()), isLast: isLast)
    }
}
