import Foundation

/// The sound of a test's phone: what it says, packet by packet, and what it hears.
public final class TestSound: Sendable {
    struct State {
        /// The server's port; 0 before it is known.
        var target = 0
        var sequence: UInt16 = 100
        var timestamp: UInt32 = 8000
        var source = UInt32.random(in: 0...(.max))
        /// Payloads by sequence number in the order they came, with payload type.
        var heard: [(timestamp: UInt32, type: UInt8, payload: [UInt8])] = []
        /// Where sound is encrypted.
        var outgoing: TestSRTP?
        var incoming: TestSRTP?
        /// Packets that cannot be opened.
        var unreadable = 0
        /// Sent, of whatever kind.
        var sent = 0
        /// Nothing is waited for any more.
        var isOver = false
        /// Has twenty milliseconds pass.
        var pace: (@Sendable () async -> Void)?
    }

    let state: Locked<State>
    private let socket: DatagramSocket

    init(_ family: DatagramSocket.Family) throws {
        let state = Locked(State())
        self.state = state
        socket = try DatagramSocket(family) { received in
            state.withLockedValue { state in
                var bytes = received.bytes
                if state.incoming != nil {
                    guard let plain = try? state.incoming?.open(bytes) else {
                        state.unreadable += 1
                        return
                    }
                    bytes = plain
                }
                guard bytes.count > 12 else { return }
                let stamp = bytes[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                state.heard.append((stamp, bytes[1] & 0x7F, Array(bytes[12...])))
            }
        }
    }

    /// Encrypts from now on.
    /// - Parameter sequence: the number of the next packet.
    public func secure(ours: [UInt8], theirs: [UInt8], sequence: UInt16? = nil) throws {
        let (outgoing, incoming) = (try TestSRTP(ours), try TestSRTP(theirs))
        state.withLockedValue { state in
            (state.outgoing, state.incoming) = (outgoing, incoming)
            if let sequence { state.sequence = sequence }
        }
    }

    /// From now on time does not pass by itself, but when this is called: twenty milliseconds each time.
    public func setPace(_ pace: @escaping @Sendable () async -> Void) { state.withLockedValue { $0.pace = pace } }

    var pace: (@Sendable () async -> Void)? { state.withLockedValue(\.pace) }

    /// Packets that were sent.
    public var sent: Int { state.withLockedValue(\.sent) }

    /// How far into a piece of speech it is.
    private struct Progress {
        let start = ContinuousClock.now
        var steps = 0
    }

    /// Waits until so many milliseconds of a piece of speech have passed.
    private func wait(_ milliseconds: Double, _ progress: inout Progress) async throws {
        guard let pace else { return try await Task.sleep(until: progress.start + .microseconds(Int(milliseconds * 1000)), clock: .continuous) }
        while Double(progress.steps + 1) * 20 <= milliseconds + 0.001 {
            await pace()
            progress.steps += 1
        }
    }

    public var unreadable: Int { state.withLockedValue(\.unreadable) }

    public var port: Int { socket.port }

    func stopWaiting() { state.withLockedValue { $0.isOver = true } }

    func close() { socket.close() }

    /// Sends to where a description says.
    public func aim(at description: String) {
        guard let line = description.components(separatedBy: "\r\n").first(where: { $0.hasPrefix("m=audio ") }),
            let port = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return }
        state.withLockedValue { $0.target = port }
    }

    public var target: Int { state.withLockedValue(\.target) }

    /// Another source from now on, as after a transfer.
    public func changeSource() {
        state.withLockedValue { state in
            state.source = .random(in: 0...(.max))
            state.sequence = .random(in: 0...(.max))
            state.timestamp = .random(in: 0...(.max))
        }
    }

    // MARK: Saying

    /// What becomes of the packets of a piece of speech on the way.
    public enum Fate: Sendable {
        case sent, lost, doubled
        /// Sent after the next one.
        case swapped
        /// Sent so many packets later.
        case delayed(Int)
    }

    /// Says a tone, 20 milliseconds a packet; silence without a frequency.
    /// - Parameters:
    ///   - clump: packets that are sent at once.
    ///   - pace: how long a second takes.
    ///   - fate: by the packet's number.
    public func say(
        hertz: Double?, milliseconds: Int, type: UInt8 = 0, from other: DatagramSocket? = nil, clump: Int = 1, pace: Double = 1,
        fate: @Sendable (Int) -> Fate = { _ in .sent }
    ) async throws {
        var progress = Progress()
        var held: [(due: Int, bytes: [UInt8])] = []
        for index in 0..<(milliseconds / 20) {
            let samples = (0..<160).map { sample in
                hertz.map { sin(2 * .pi * $0 * Double(index * 160 + sample) / 8000) * 12_000 } ?? 0
            }
            let bytes = packet(type: type, samples.map { type == 8 ? TestLaw.aLaw(Int($0)) : TestLaw.muLaw(Int($0)) }, advance: 160)
            switch fate(index) {
            case .sent: transmit(bytes, other)
            case .lost: break
            case .doubled:
                transmit(bytes, other)
                transmit(bytes, other)
            case .swapped: held.append((index + 1, bytes))
            case .delayed(let count): held.append((index + count, bytes))
            }
            for late in held where late.due <= index { transmit(late.bytes, other) }
            held.removeAll { $0.due <= index }
            try await wait(Double((index + 1) / clump * clump) * 20 * pace, &progress)
        }
        for late in held { transmit(late.bytes, other) }
    }

    /// Says what somebody else has made of sound, packet by packet.
    /// - Parameters:
    ///   - advance: units of timestamps in a packet.
    ///   - payload: by the packet's number; nil for one that is lost on the way.
    public func say(milliseconds: Int, type: UInt8, advance: UInt32 = 160, payload: (Int) -> [UInt8]?) async throws {
        var progress = Progress()
        for index in 0..<(milliseconds / 20) {
            let payload = payload(index), bytes = packet(type: type, payload ?? [], advance: advance)
            if payload != nil { transmit(bytes, nil) }
            try await wait(Double(20 * (index + 1)), &progress)
        }
    }

    /// Says nothing for a while, which moves the clock of the stream on.
    public func pause(milliseconds: Int) async throws {
        state.withLockedValue { $0.timestamp &+= UInt32(milliseconds * 8) }
        var progress = Progress()
        try await wait(Double(milliseconds), &progress)
    }

    /// Presses a key: `packets` of it under one timestamp, the last three with the end marked.
    public func press(_ key: Character, type: UInt8 = 101, packets: Int = 6) async {
        guard let code = Array("0123456789*#ABCD").firstIndex(of: key) else { return }
        let stamp = state.withLockedValue(\.timestamp)
        for index in 0..<packets {
            let isEnd = index >= packets - 3
            let duration = 160 * min(index + 1, packets - 2)
            let bytes = packet(type: type, [UInt8(code), isEnd ? 0x8A : 0x0A, UInt8(duration >> 8), UInt8(duration & 255)], advance: 0, stamp: stamp)
            transmit(bytes, nil)
        }
        state.withLockedValue { $0.timestamp &+= UInt32(160 * packets) }
        await pace?()
    }

    private func packet(type: UInt8, _ payload: [UInt8], advance: UInt32, stamp: UInt32? = nil) -> [UInt8] {
        state.withLockedValue { state in
            func bytes(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
            defer {
                state.sequence &+= 1
                state.timestamp &+= advance
            }
            return [0x80, type, UInt8(state.sequence >> 8), UInt8(state.sequence & 255)] + bytes(stamp ?? state.timestamp) + bytes(state.source) + payload
        }
    }

    /// Sends bytes that need be no packet at all.
    public func sendRaw(_ bytes: [UInt8]) { transmit(bytes, nil) }

    /// Likewise, to the port of reports.
    public func sendRawReport(_ bytes: [UInt8]) { socket.send(bytes, to: target + 1) }

    private func transmit(_ bytes: [UInt8], _ other: DatagramSocket?) {
        let sealed = state.withLockedValue { state in
            state.sent += 1
            return bytes.count < 12 ? nil : try? state.outgoing?.protect(bytes)
        }
        (other ?? socket).send(sealed ?? bytes, to: target)
    }
}
