import NIOCore

/// Where a codec reads from.
public enum AudioSource: Sendable {
    /// A file of this machine.
    case file(path: String)
    /// Bytes in memory, for what has just been received.
    case bytes(ByteBuffer)
}

/// What decoding says of a piece of audio. Nothing here comes from a header that the samples do not bear out.
public struct AudioFacts: Hashable, Sendable {
    /// Milliseconds, from the number of samples decoded.
    public let durationMilliseconds: Int
    public let sampleRate: Int
    public let channels: Int
    /// The container as decoded: `wav`, `mp3`, `ogg`, `flac`, `gsm`, ….
    public let container: String
    /// Samples per channel.
    public let frames: Int
    /// Whether some of what should be sound was not there or could not be decoded: a file that was cut off, a damaged stretch.
    public let isIncomplete: Bool

    public init(frames: Int, sampleRate: Int, channels: Int, container: String, isIncomplete: Bool = false) {
        durationMilliseconds = Self.frames(frames, from: sampleRate, to: 1000)
        self.frames = frames
        self.sampleRate = sampleRate
        self.channels = channels
        self.container = container
        self.isIncomplete = isIncomplete
    }

    public init(durationMilliseconds: Int, sampleRate: Int, channels: Int, container: String) {
        self.init(frames: durationMilliseconds * sampleRate / 1000, sampleRate: sampleRate, channels: channels, container: container)
    }

    /// How many samples a sound has at another rate, to the nearest.
    public static func frames(_ frames: Int, from rate: Int, to other: Int) -> Int { (frames * other + rate / 2) / rate }

    /// What is taken, for people whose file no decoder accepts.
    public static let acceptedKinds =
        "WAV (PCM, floating point, µ-law, A-law, ADPCM, GSM or MP3), MP3, Ogg (Opus, Vorbis or FLAC), FLAC and raw GSM 06.10"

    /// The media type a client is told of bytes in a container.
    public static func contentType(ofContainer container: String) -> String {
        switch container {
        case "wav": "audio/wav"
        case "mp3": "audio/mpeg"
        case "ogg": "audio/ogg"
        case "flac": "audio/flac"
        case "gsm": "audio/gsm"
        default: "application/octet-stream"
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

/// A format to render to.
public struct Rendition: Hashable, Sendable {
    public enum Container: String, Sendable, CaseIterable {
        case wav, mp3, gsm

        /// The media type a client is told.
        public var contentType: String {
            switch self {
            case .wav: "audio/wav"
            case .mp3: "audio/mpeg"
            case .gsm: "audio/gsm"
            }
        }
    }

    public let container: Container
    /// Samples per second; nil keeps the source's (bounded to what the container can hold).
    public let sampleRate: Int?
    /// True mixes all channels into one; false keeps one or two as they are.
    public let mono: Bool

    public init(_ container: Container, sampleRate: Int?, mono: Bool) {
        self.container = container
        self.sampleRate = sampleRate
        self.mono = mono
    }

    /// WAV 8 kHz 16-bit mono: what telephones want (P§7, S§3.3).
    public static let telephone = Rendition(.wav, sampleRate: 8000, mono: true)
    /// WAV 16 kHz 16-bit mono.
    public static let wideband = Rendition(.wav, sampleRate: 16000, mono: true)
    public static let mp3 = Rendition(.mp3, sampleRate: 16000, mono: true)
    /// MP3 with the source's channels kept apart, for stereo-separated recordings.
    public static let mp3Channels = Rendition(.mp3, sampleRate: nil, mono: false)
    /// Raw GSM 06.10, 8 kHz mono.
    public static let gsm = Rendition(.gsm, sampleRate: 8000, mono: true)

    /// The bytes of this rendition of a sound, where they follow from its length: 16 bits a sample behind a header of 44 bytes in WAV.
    public func size(of facts: AudioFacts) -> Int? {
        guard container == .wav else { return nil }
        let frames = AudioFacts.frames(facts.frames, from: facts.sampleRate, to: sampleRate ?? facts.sampleRate)
        return 44 + 2 * (mono || facts.channels > 2 ? 1 : facts.channels) * frames
    }

    /// A short name that identifies the rendition in a cache.
    public var name: String {
        "\(container.rawValue)-\(sampleRate.map(String.init) ?? "source")-\(mono ? "mono" : "channels")"
    }
}

/// A finished rendering. The file may be removed from the cache at any time; `reader` keeps the bytes readable.
public struct RenderedAudio: Sendable {
    public let reader: any BlobReader
    public let contentType: String

    public init(reader: any BlobReader, contentType: String) {
        self.reader = reader
        self.contentType = contentType
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
    /// - Throws: `AudioError.undecodable`, `.tooLong`, `.overloaded` when too many wait already, `.failed`.
    func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome

    /// Renders `source` as `rendition`. Renderings are cached by `key`, which must name the bytes (a blob id).
    func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio

    /// The bytes of a rendering of a sound that was decoded, where they follow from its length.
    func size(of facts: AudioFacts, as rendition: Rendition) -> Int?

    /// A rendering that needs no work, because the cache has it; nil when it would have to be made.
    func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio?

    /// Drops the renderings of a blob that is no more.
    func forget(_ key: BlobID) async throws

    /// `count` peaks (1…4096) of the sound mixed to mono, evenly spread over its duration.
    func peaks(_ source: AudioSource, count: Int) async throws -> [Peak]
}

extension AudioCodec {
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
