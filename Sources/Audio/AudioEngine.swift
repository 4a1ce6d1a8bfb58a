import NIOCore
import NIOPosix
import Voicemail
import Waiting

/// `AudioCodec` over libsndfile, libmpg123 and libsoxr, with a cache of renderings on disk.
///
/// Understands WAV (PCM of 8 to 32 bits, floating point, µ-law, A-law, ADPCM, GSM), MP3, raw GSM 06.10, Ogg with Opus,
/// Vorbis or FLAC, and FLAC, of up to eight channels and 4 to 384 kHz. Conversions run in this process on threads of their
/// own; each streams in blocks, so that its memory does not grow with the length of the sound.
public final class AudioEngine: AudioCodec {
    private let configuration: Configuration
    private let gate: ConversionGate
    /// For looks at the beginning of what waits for its turn, which so have a turn of their own.
    private let glances: ConversionGate
    private let conversions: NIOThreadPool
    private let cache: RenditionCache
    private let renderings = SingleFlight<RenderedFile>()
    private let shutdownSignal = StopSignal()

    /// An engine that is ready to work. It must be shut down before it is let go.
    /// - Throws: `AudioError.failed` when the cache directory cannot be used.
    public static func start(_ configuration: Configuration) async throws -> AudioEngine {
        let cache = try await configuration.fileThreads.perform {
            try RenditionCache(
                directory: configuration.cacheDirectory, byteLimit: configuration.cacheByteLimit, threads: configuration.fileThreads)
        }
        return AudioEngine(configuration, cache)
    }

    private init(_ configuration: Configuration, _ cache: RenditionCache) {
        self.configuration = configuration
        self.cache = cache
        gate = ConversionGate(
            limit: configuration.conversionsAtOnce, mostWaiting: configuration.mostWaiting, mostWaitingOfOne: configuration.mostWaitingOfOne,
            mostPaused: Self.mostPaused)
        glances = ConversionGate(limit: 1, mostWaiting: configuration.mostWaiting, mostWaitingOfOne: configuration.mostWaitingOfOne)
        conversions = NIOThreadPool(numberOfThreads: configuration.conversionsAtOnce + Self.mostPaused + 1)
        conversions.start()
    }

    /// Stops: conversions under way end at their next block, those waiting are refused, both with `AudioError.failed`.
    /// Renderings handed out stay readable.
    public func shutdown() async throws {
        shutdownSignal.stop()
        gate.close()
        glances.close()
        try await conversions.shutdownGracefully()
    }

    public func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
        // What needs neither decoding nor a search for sound does not wait behind conversions.
        let first = try await firstLook(source)
        guard case .pending = first ?? .unsearched else { return first ?? .unsearched }
        switch patience {
        case .none:
            if let first { return first }
            return try await settled(source, for: account, within: configuration.measuringMoment, isDecoded: false) ?? .unsearched
        case .moment:
            return try await settled(source, for: account, within: configuration.measuringMoment) ?? first ?? .unsearched
        case .upload:
            if let found = try await settled(source, for: account, within: min(configuration.measuringLimit, configuration.timeLimit)) { return found }
            guard let first, try await beginsWithSound(source, for: account) else { throw AudioError.overloaded("measuring the audio takes too long") }
            return first
        case .short: return try await convert(source, for: account, within: configuration.shortLimit) ?? first ?? .unsearched
        case .background: return try await convert(source, for: account, within: configuration.backgroundLimit) ?? first ?? .unsearched
        }
    }

    /// - Returns: nil when the sound is not where it should be, so that it has to be searched for.
    private func firstLook(_ source: AudioSource) async throws -> MeasuringOutcome? {
        try await configuration.fileThreads.perform { [configuration, shutdownSignal] in
            do {
                return try MeasuringOutcome(
                    withoutDecoding: source, maxSeconds: configuration.maxSeconds,
                    budget: WorkBudget(
                        maxSeconds: configuration.maxSeconds, timeLimit: configuration.timeLimit, cancellation: StopSignal(), shutdown: shutdownSignal,
                        mostLooked: Self.firstLook))
            } catch AudioError.overloaded {
                return nil
            }
        }
    }

    /// Looks at the beginning only. What is not found out with a glance has no sound to begin with.
    private func beginsWithSound(_ source: AudioSource, for account: String) async throws -> Bool {
        try await convert(in: glances, for: account, within: Self.glance, mostLooked: Self.firstLook) { budget in
            do {
                let bytes = try ByteSource(source, budget: budget)
                return try AudioInput(recognising: bytes).beginsWithSound(bytes)
            } catch AudioError.overloaded {
                return false
            }
        }
    }

    /// What decoding finds out within a time, the wait for a turn included; nil when it takes longer, or too many wait.
    private func settled(_ source: AudioSource, for account: String, within time: Duration, isDecoded: Bool = true) async throws -> MeasuringOutcome? {
        guard time > .zero else { return nil }
        return try await value(within: time) { [self] in
            do {
                return try await convert(source, for: account, within: time, isDecoded: isDecoded)
            } catch AudioError.overloaded {
                return nil
            }
        } ?? nil
    }

    /// - Parameter isDecoded: otherwise it is only recognised.
    /// - Returns: nil when it takes longer than it may.
    private func convert(_ source: AudioSource, for account: String, within limit: Duration, isDecoded: Bool = true) async throws -> MeasuringOutcome? {
        try await convert(for: account, within: limit) { [configuration] budget in
            do {
                return isDecoded
                    ? try MeasuringOutcome(decoding: source, maxSeconds: configuration.maxSeconds, budget: budget)
                    : try MeasuringOutcome(withoutDecoding: source, maxSeconds: configuration.maxSeconds, budget: budget)
            } catch AudioError.overloaded where budget.isOver {
                return nil
            }
        }
    }

    public func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio {
        let name = rendition.name
        let file = try await renderings.value(for: "\(key.hex).\(name)") {
            if let finished = try await configuration.fileThreads.perform({ [cache] in cache.open(key, name) }) { return finished }
            return try await convert(for: account) { [cache] budget in
                let decoding = try Decoding(source, budget: budget)
                let rendering = try Rendering(rendition, of: decoding.decoder)
                return try cache.make(key, name) { file in try rendering.run(decoding, to: file) }
            }
        }
        return RenderedAudio(reader: file, contentType: rendition.container.contentType)
    }

    public func size(of facts: AudioFacts, as rendition: Rendition) -> Int? {
        guard rendition.container == .mp3 else { return rendition.size(of: facts) }
        let sampleRate = Rendering.mp3Rate(rendition.sampleRate ?? facts.sampleRate)
        return MP3Encoder.size(
            ofFrames: AudioFacts.frames(facts.frames, from: facts.sampleRate, to: sampleRate), sampleRate: sampleRate,
            channels: Mixer(channels: facts.channels, mono: rendition.mono).outputs)
    }

    public func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio? {
        let finished = try await configuration.fileThreads.perform { [cache] in cache.open(key, rendition.name) }
        return finished.map { RenderedAudio(reader: $0, contentType: rendition.container.contentType) }
    }

    public func peaks(_ source: AudioSource, count: Int) async throws -> [Peak] {
        guard (1...4096).contains(count) else { throw AudioError.failed("\(count) peaks were asked for") }
        return try await convert(for: "") { budget in
            let decoding = try Decoding(source, budget: budget)
            let mixer = Mixer(channels: decoding.decoder.channels, mono: true)
            var meter = PeakMeter()
            var mixed: [Float] = []
            _ = try decoding.forEachBlock { block in
                mixer.mix(block, into: &mixed)
                meter.add(mixed)
            }
            return meter.finish(count: count)
        }
    }

    /// Drops the renderings of a blob that is no more.
    public func forget(_ key: BlobID) async throws {
        try await configuration.fileThreads.perform { [cache] in cache.forget(key) }
    }

    /// Runs a conversion on a thread of its own when it is its turn, and stops it when the task is cancelled.
    private func convert<Result: Sendable>(
        in gate: ConversionGate? = nil, for account: String, within limit: Duration? = nil, mostLooked: Int = .max,
        _ work: @escaping @Sendable (WorkBudget) throws -> Result
    ) async throws -> Result {
        try await (gate ?? self.gate).withTurn(for: account) { turn in
            try await withTaskCancellationHandler {
                try await conversions.perform { [configuration, shutdownSignal] in
                    do {
                        return try work(
                            WorkBudget(
                                maxSeconds: configuration.maxSeconds, samplesPerSecond: configuration.samplesPerSecond,
                                timeLimit: limit ?? configuration.timeLimit, cancellation: turn.cancellation, shutdown: shutdownSignal,
                                mostLooked: mostLooked, pause: turn.pause))
                    } catch let error as AudioError where error == .unwanted {
                        throw CancellationError()
                    }
                }
            } onCancel: {
                turn.cancel()
            }
        }
    }

    /// Bytes looked at before it is a conversion's work to go on: milliseconds.
    private static let firstLook = 1 << 20
    /// The longest that a look at the beginning may take.
    private static let glance = Duration.milliseconds(500)
    /// How many conversions may have begun and wait for others; each holds a thread, and little memory.
    private static let mostPaused = 16
}

extension MeasuringOutcome {
    /// What has to be searched for sound: all but MP3 is recognised by how it begins.
    fileprivate static let unsearched = MeasuringOutcome.pending(container: "mp3")
}

extension AudioEngine {
    public struct Configuration: Sendable {
        /// Where renderings are kept. The engine owns the directory; deleting it at any time loses nothing.
        public var cacheDirectory: String
        /// Bytes of renderings, those being made included. A single rendering larger than this is `AudioError.full`.
        public var cacheByteLimit: Int
        /// How many conversions run at once, each on a thread.
        public var conversionsAtOnce: Int
        /// How many may wait for their turn before more are refused.
        public var mostWaiting: Int
        /// The same of one account.
        public var mostWaitingOfOne: Int
        /// The longest sound taken, in seconds; more is `AudioError.tooLong`.
        public var maxSeconds: Int
        /// Samples, of all channels, that a second of the longest sound may have on the average: together they bound what decoding costs.
        public var samplesPerSecond: Int
        /// The longest a single conversion may run.
        public var timeLimit: Duration
        /// The longest that an upload waits to be measured which has to play, its turn included; what takes longer is measured in the background.
        public var measuringLimit: Duration
        /// The longest that an upload waits to be measured which nobody has to play.
        public var measuringMoment: Duration
        /// The longest that measuring may take when nobody waits, but others do behind it.
        public var shortLimit: Duration
        /// The longest that measuring may take when nobody waits.
        public var backgroundLimit: Duration
        /// For short file work: opening renderings, reading them, measuring what needs no decoding.
        public var fileThreads: NIOThreadPool

        public init(
            cacheDirectory: String, cacheByteLimit: Int = 1 << 30, conversionsAtOnce: Int = System.coreCount, mostWaiting: Int = 1000,
            mostWaitingOfOne: Int = 250, maxSeconds: Int = 4 * 3600, samplesPerSecond: Int = 2 * 96_000, timeLimit: Duration = .seconds(120),
            measuringLimit: Duration = .seconds(10), measuringMoment: Duration = .seconds(1), shortLimit: Duration = .seconds(2),
            backgroundLimit: Duration = .seconds(3600),
            fileThreads: NIOThreadPool = .singleton
        ) {
            self.cacheDirectory = cacheDirectory
            self.cacheByteLimit = cacheByteLimit
            self.conversionsAtOnce = conversionsAtOnce
            self.mostWaiting = mostWaiting
            self.mostWaitingOfOne = mostWaitingOfOne
            self.maxSeconds = maxSeconds
            self.samplesPerSecond = samplesPerSecond
            self.measuringMoment = measuringMoment
            self.shortLimit = shortLimit
            self.backgroundLimit = backgroundLimit
            self.timeLimit = timeLimit
            self.measuringLimit = measuringLimit
            self.fileThreads = fileThreads
        }
    }
}
