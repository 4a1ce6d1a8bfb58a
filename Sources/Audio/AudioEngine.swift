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
    let configuration: Configuration
    private let gate: ConversionGate
    /// For looks at the beginning of what waits for its turn, which so have a turn of their own.
    let glances: ConversionGate
    let conversions: NIOThreadPool
    private let cache: RenditionCache
    private let renderings: SingleFlight<RenderedFile>
    let shutdownSignal = StopSignal()

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
        renderings = SingleFlight(
            .init(after: configuration.goingOnAfter, most: configuration.mostGoingOn, mostOfOne: configuration.mostGoingOnOfOne),
            closed: AudioError.shutDown)
    }

    /// Stops: conversions under way end at their next block, those waiting are refused, both with `AudioError.failed`.
    /// Renderings handed out stay readable.
    public func shutdown() async throws {
        shutdownSignal.stop()
        gate.close()
        glances.close()
        await renderings.close()
        try await conversions.shutdownGracefully()
    }

    /// A rendering that has been waited for as long as only long ones take goes on when nobody waits for it any more: the next to ask finds it
    /// further on, or done.
    public func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio {
        let name = rendition.name
        let file = try await renderings.value(for: Self.flight(key, rendition), of: account) { [self] in
            if let finished = try await configuration.fileThreads.perform({ [cache] in cache.open(key, name) }) { return finished }
            return try await convert(for: account, perSecond: configuration.timeForSecond) { [cache] budget in
                let decoding = try Decoding(source, budget: budget)
                let rendering = try Rendering(rendition, of: decoding.decoder)
                return try cache.make(key, name) { file in try rendering.run(decoding, to: file) }
            }
        }
        return RenderedAudio(reader: file, contentType: rendition.container.contentType)
    }

    /// Whether a rendering is being made or waits to be, for somebody or by itself.
    func isRendering(_ key: BlobID, as rendition: Rendition) -> Bool { renderings.isFlying(Self.flight(key, rendition)) }

    private static func flight(_ key: BlobID, _ rendition: Rendition) -> String { "\(key.hex).\(rendition.name)" }

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

    public func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]] {
        guard (1...4096).contains(count) else { throw AudioError.failed("\(count) peaks were asked for") }
        return try await convert(for: "") { budget in
            let decoding = try Decoding(source, budget: budget)
            let mixer = Mixer(channels: decoding.decoder.channels, mono: !apart), channels = mixer.outputs
            var meters = [PeakMeter](repeating: PeakMeter(), count: channels)
            var mixed: [Float] = []
            _ = try decoding.forEachBlock { block in
                mixer.mix(block, into: &mixed)
                if channels == 1 {
                    meters[0].add(mixed)
                } else {
                    for channel in 0..<channels { meters[channel].add(stride(from: channel, to: mixed.count, by: channels).map { mixed[$0] }) }
                }
            }
            return meters.indices.map { meters[$0].finish(count: count) }
        }
    }

    /// Drops the renderings of a blob that is no more.
    public func forget(_ key: BlobID) async throws {
        renderings.dropLeftovers { $0.hasPrefix(key.hex) }
        try await configuration.fileThreads.perform { [cache] in cache.forget(key) }
    }

    /// Runs a conversion on a thread of its own when it is its turn, and stops it when the task is cancelled.
    /// - Parameter perSecond: what it may take besides for each second of sound.
    func convert<Result: Sendable>(
        in gate: ConversionGate? = nil, for account: String, within limit: Duration? = nil, perSecond: Duration = .zero, mostLooked: Int = .max,
        _ work: @escaping @Sendable (WorkBudget) throws -> Result
    ) async throws -> Result {
        try await (gate ?? self.gate).withTurn(for: account) { turn in
            try await withTaskCancellationHandler {
                try await conversions.perform { [configuration, shutdownSignal] in
                    do {
                        return try work(
                            WorkBudget(
                                maxSeconds: configuration.maxSeconds, samplesPerSecond: configuration.samplesPerSecond,
                                timeLimit: limit ?? configuration.timeLimit, timeForSecond: perSecond, cancellation: turn.cancellation,
                                shutdown: shutdownSignal, mostLooked: mostLooked, pause: turn.pause))
                    } catch let error as AudioError where error == .unwanted {
                        throw CancellationError()
                    }
                }
            } onCancel: {
                turn.cancel()
            }
        }
    }

    /// How many conversions may have begun and wait for others; each holds a thread, and little memory.
    private static let mostPaused = 16
}
