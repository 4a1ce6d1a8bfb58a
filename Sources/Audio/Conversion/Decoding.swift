import Voicemail

/// A piece of audio opened for one conversion.
struct Decoding {
    let input: AudioInput
    let decoder: any SampleDecoder
    private let isCut: Bool
    private let budget: WorkBudget

    private static let blockFrames = 4096

    init(_ source: AudioSource, budget: WorkBudget) throws(AudioError) {
        let bytes = try ByteSource(source, budget: budget)
        let input = try AudioInput(recognising: bytes)
        try self.init(input, try input.decoder(of: bytes), budget: budget)
    }

    fileprivate init(_ input: AudioInput, _ stream: OpenedStream, budget: WorkBudget) throws(AudioError) {
        self.input = input
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
        try self.init(Decoding(source, budget: budget))
    }

    fileprivate init(_ decoding: Decoding) throws {
        let frames = try decoding.forEachBlock { _ in }
        self.init(
            frames: frames, sampleRate: decoding.decoder.sampleRate, channels: decoding.decoder.channels,
            container: decoding.input.container.rawValue, isIncomplete: decoding.isIncomplete(after: frames))
    }
}

extension AudioInput {
    /// Whether the beginning of what was recognised can be decoded. No more than that is decoded.
    func beginsWithSound(_ bytes: ByteSource) throws(AudioError) -> Bool {
        do {
            let decoder = try decoder(of: bytes, upTo: Self.beginningBytes).decoder
            var block = [Float](repeating: 0, count: Self.beginningFrames * decoder.channels)
            return try decoder.read(into: &block) > 0
        } catch .undecodable {
            return false
        }
    }

    /// The headers of Vorbis included.
    private static let beginningBytes = 1 << 19
    private static let beginningFrames = 1024
}

extension MeasuringOutcome {
    /// Known where the length follows from the number of bytes.
    /// - Parameter budget: what looking at the bytes counts against.
    /// - Throws: `AudioError.undecodable`, `.tooLong`, `.failed`, what `WorkBudget.look` throws.
    init(withoutDecoding source: AudioSource, maxSeconds: Int, budget: WorkBudget? = nil) throws(AudioError) {
        try self.init(AudioInput(recognising: ByteSource(source, budget: budget)), maxSeconds: maxSeconds)
    }

    /// Known where the length follows from the number of bytes; else found by decoding all of them.
    init(decoding source: AudioSource, maxSeconds: Int, budget: WorkBudget) throws {
        let bytes = try ByteSource(source, budget: budget)
        let input = try AudioInput(recognising: bytes)
        try self.init(input, maxSeconds: maxSeconds)
        guard case .pending = self else { return }
        self = .known(try AudioFacts(Decoding(input, try input.decoder(of: bytes), budget: budget)))
    }

    private init(_ input: AudioInput, maxSeconds: Int) throws(AudioError) {
        guard let frames = input.exactFrames else {
            self = .pending(container: input.container.rawValue)
            return
        }
        guard frames <= maxSeconds * input.sampleRate else { throw .tooLong(limitSeconds: maxSeconds) }
        self = .known(
            AudioFacts(
                frames: frames, sampleRate: input.sampleRate, channels: input.channels, container: input.container.rawValue,
                isIncomplete: input.statedFrames ?? 0 > frames))
    }
}
