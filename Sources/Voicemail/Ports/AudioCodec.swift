import NIOCore

/// Where a codec reads from.
public enum AudioSource: Sendable {
    /// A file of this machine.
    case file(path: String)
    /// Audio of the archive, which stays readable for as long as the work takes.
    case stored(LocalCopy)
    /// Bytes in memory.
    case bytes(ByteBuffer)
    /// What has just been received.
    case gathered(GatheredBytes)

    /// Whether reading it waits for no device.
    public var isInMemory: Bool {
        switch self {
        case .bytes, .gathered: true
        case .file, .stored: false
        }
    }
}

/// How long somebody waits to learn how long audio lasts.
public enum MeasuringPatience: Sendable {
    /// Not for decoding: only what needs none is measured. Where sound has to be searched for first, as long as a moment.
    case none
    /// About a second, the wait for a turn included.
    case moment
    /// As long as an upload may wait, for a turn and for the decoder together; then the beginning must be sound.
    case upload
    /// Nobody waits, but others do behind it: as long as most sounds take.
    case short
    /// Nobody waits: as long as it takes to decode whatever may be stored.
    case background
}

/// What measuring says of a piece of audio.
public enum MeasuringOutcome: Hashable, Sendable {
    case known(AudioFacts)
    /// It looks like one of ours, and decoding it takes longer than somebody wanted to wait.
    case pending(container: String)

    /// Nil while pending.
    public var facts: AudioFacts? {
        if case .known(let facts) = self { facts } else { nil }
    }
}

/// The loudest negative and positive sample of one stretch, -1…1: a waveform is an array of them.
public struct Peak: Hashable, Sendable {
    public let low: Float
    public let high: Float

    public init(low: Float, high: Float) {
        self.low = low
        self.high = high
    }
}

public enum AudioError: Error, Equatable, Sendable {
    /// No decoder accepts the bytes, or they hold no sample.
    case undecodable
    /// Longer than the configured maximum, in seconds.
    case tooLong(limitSeconds: Int)
    /// The cache has no room for the rendering.
    case full
    /// The audio takes longer than a conversion may, or too many conversions are waiting; the text is for the log.
    case overloaded(String)
    /// The machine failed; the text is for the log.
    case failed(String)
}

/// Decoding, measuring and rendering, off the cooperative pool and with a bounded number at once.
public protocol AudioCodec: Sendable {
    /// Decodes the whole of `source`, as far as patience goes, and tells what it is.
    /// - Parameter account: whose it is: those who wait share the places fairly by account.
    /// - Throws: `AudioError.undecodable`, `.tooLong`, `.overloaded` when it takes longer than `.upload` waits (whoever waits less is told `.pending`), `.failed`.
    func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome

    /// Renders `source` as `rendition`. Renderings are cached by `key`, which must name the bytes (a blob id). One that takes long may go on
    /// after its caller was cancelled.
    func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio

    /// The bytes of a rendering of a sound that was decoded, where they follow from its length.
    func size(of facts: AudioFacts, as rendition: Rendition) -> Int?

    /// A rendering that needs no work, because the cache has it; nil when it would have to be made.
    func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio?

    /// Drops the renderings of a blob that is no more.
    func forget(_ key: BlobID) async throws

    /// `count` peaks (1…4096) of each channel, evenly spread over the sound's duration.
    /// - Parameter apart: whether one channel or two stay as they are; else all are mixed into one.
    func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]]
}

extension AudioCodec {
    /// Peaks of the sound mixed to mono.
    public func peaks(_ source: AudioSource, count: Int) async throws -> [Peak] { try await peaks(source, count: count, apart: false).first ?? [] }

    public func size(of facts: AudioFacts, as rendition: Rendition) -> Int? { rendition.size(of: facts) }

    /// The facts of audio of nobody in particular.
    /// - Throws: besides, `AudioError.overloaded` when decoding takes longer than an upload may wait.
    public func measure(_ source: AudioSource) async throws -> AudioFacts {
        guard let facts = try await measure(source, for: "", .upload).facts else { throw AudioError.overloaded("measuring the audio takes too long") }
        return facts
    }

    /// A rendering for nobody in particular.
    public func render(_ source: AudioSource, key: BlobID, as rendition: Rendition) async throws -> RenderedAudio {
        try await render(source, key: key, as: rendition, for: "")
    }
}
