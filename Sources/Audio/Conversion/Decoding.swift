import Voicemail

/// A piece of audio opened for one conversion.
struct Decoding {
    let input: AudioInput
    let decoder: any SampleDecoder
    private let isCut: Bool
    private let budget: WorkBudget

    private static let blockFrames = 4096

    init(_ source: AudioSource, budget: WorkBudget) throws(AudioError) {
        let bytes = try ByteSource(source)
        input = try AudioInput(recognising: bytes)
        let stream = try input.decoder(of: bytes)
        decoder = stream.decoder
        isCut = stream.isIncomplete
        self.budget = budget
    }

    /// Hands on all samples, a block at a time, interleaved.
    /// - Returns: the samples per channel there were.
    /// - Throws: `AudioError.undecodable` when there were none, what `WorkBudget.spend` and `body` throw.
    func forEachBlock(_ body: (ArraySlice<Float>) throws -> Void) throws -> Int {
        var block = [Float](repeating: 0, count: Self.blockFrames * decoder.channels)
        // libsndfile makes one GSM block too many of a data chunk of odd length.
        let limit = input.mostFrames ?? .max
        var total = 0
        while case let frames = min(try decoder.read(into: &block), limit - total), frames > 0 {
            total += frames
            try budget.spend(frames: frames, sampleRate: decoder.sampleRate, channels: decoder.channels)
            try body(block[..<(frames * decoder.channels)])
        }
        guard total > 0 else { throw AudioError.undecodable }
        return total
    }
}

extension Decoding {
    /// Whether some of what should be sound is missing, when `frames` are all there were.
    func isIncomplete(after frames: Int) -> Bool { isCut || decoder.isIncomplete || input.statedFrames ?? 0 > frames }
}

extension AudioFacts {
    /// The facts of any audio, found by decoding all of it.
    init(decoding source: AudioSource, budget: WorkBudget) throws {
        let decoding = try Decoding(source, budget: budget)
        let frames = try decoding.forEachBlock { _ in }
        self.init(
            frames: frames, sampleRate: decoding.decoder.sampleRate, channels: decoding.decoder.channels,
            container: decoding.input.container, isIncomplete: decoding.isIncomplete(after: frames))
    }
}

extension MeasuringOutcome {
    /// Known where the length follows from the number of bytes.
    /// - Throws: `AudioError.undecodable`, `.tooLong`, `.failed`.
    init(withoutDecoding source: AudioSource, maxSeconds: Int) throws(AudioError) {
        let input = try AudioInput(recognising: ByteSource(source))
        guard let frames = input.exactFrames else {
            self = .pending(container: input.container)
            return
        }
        guard frames <= maxSeconds * input.sampleRate else { throw .tooLong(limitSeconds: maxSeconds) }
        self = .known(
            AudioFacts(
                frames: frames, sampleRate: input.sampleRate, channels: input.channels, container: input.container,
                isIncomplete: input.statedFrames ?? 0 > frames))
    }

    /// What `better` finds out within a time; this, if it takes longer. It is stopped then.
    func unless(within time: Duration, _ better: @escaping @Sendable () async throws -> MeasuringOutcome) async throws -> MeasuringOutcome {
        try await withThrowingTaskGroup(of: MeasuringOutcome.self) { group in
            group.addTask(operation: better)
            group.addTask {
                try await Task.sleep(for: time)
                return self
            }
            defer { group.cancelAll() }
            return try await group.next() ?? self
        }
    }
}
