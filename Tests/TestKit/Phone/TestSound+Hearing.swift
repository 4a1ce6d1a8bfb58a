/// What a test's phone has heard.
extension TestSound {
    /// What has come of one type, in the order it came.
    public func payloads(of type: UInt8) -> [UInt8] { state.withLockedValue { $0.heard.filter { $0.type == type }.flatMap(\.payload) } }

    public func packets(of type: UInt8) -> [[UInt8]] { state.withLockedValue { $0.heard.filter { $0.type == type }.map(\.payload) } }
    public func timestamps(of type: UInt8) -> [UInt32] { state.withLockedValue { $0.heard.filter { $0.type == type }.map(\.timestamp) } }

    /// Everything heard so far, as samples laid where their timestamps say.
    public var heard: [Int] {
        let packets = state.withLockedValue { $0.heard.filter { $0.type == 0 || $0.type == 8 } }
        guard let first = packets.first else { return [] }
        var samples: [Int] = []
        for packet in packets {
            let place = Int(Int32(bitPattern: packet.timestamp &- first.timestamp))
            guard place >= 0, place < 100_000_000 else { continue }
            if samples.count < place + packet.payload.count { samples += [Int](repeating: 0, count: place + packet.payload.count - samples.count) }
            for (index, byte) in packet.payload.enumerated() {
                samples[place + index] = packet.type == 8 ? TestLaw.sample(aLaw: byte) : TestLaw.sample(muLaw: byte)
            }
        }
        return samples
    }

    /// Of sound: reports to another's port may come here.
    public var packetsHeard: Int { state.withLockedValue { $0.heard.filter { $0.type < 64 }.count } }

    public func forget() { state.withLockedValue { $0.heard = [] } }

    /// Waits until a tone is heard, and has been for some time.
    public func hears(hertz: Double, milliseconds: Int = 100, within seconds: Int = 60) async throws {
        let clock = ContinuousClock(), end = clock.now + .seconds(seconds)
        while TestTone.milliseconds(of: hertz, in: heard) < milliseconds {
            if clock.now > end || state.withLockedValue(\.isOver) { throw TestPhone.TimedOut(what: "\(hertz) Hz") }
            if let pace { await pace() } else { try await Task.sleep(for: .milliseconds(10)) }
        }
    }
}
