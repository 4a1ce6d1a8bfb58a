import Synchronization
import Voicemail

/// Tells conversions that nobody wants their result any more.
final class StopSignal: Sendable {
    private let stopped = Atomic(false)

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    func stop() { stopped.store(true, ordering: .relaxed) }
}

/// What one conversion may cost. Asked after every block, so that neither a cancelled request nor a file made
/// to be expensive holds a thread for long. Belongs to one conversion and is used on its thread only.
final class WorkBudget {
    private let maxSeconds: Int
    private let maxSamples: Int
    private let timeLimit: Duration
    private let deadline: ContinuousClock.Instant
    private let cancellation: StopSignal
    private let shutdown: StopSignal
    private var frames = 0
    private var samples = 0

    /// - Parameter samplesPerSecond: of all channels, on the average of the longest sound.
    init(maxSeconds: Int, samplesPerSecond: Int = 2 * 96_000, timeLimit: Duration, cancellation: StopSignal, shutdown: StopSignal) {
        self.maxSeconds = maxSeconds
        maxSamples = maxSeconds * samplesPerSecond
        self.timeLimit = timeLimit
        self.cancellation = cancellation
        self.shutdown = shutdown
        deadline = .now + timeLimit
    }

    /// Whether its time is over.
    var isOver: Bool { ContinuousClock.now > deadline }

    /// Accounts for `count` more samples per channel.
    /// - Throws: `AudioError.tooLong` past the longest duration or the most samples of all channels, `.overloaded` past the time, `.failed` when the codec shuts down,
    ///   `CancellationError`.
    func spend(frames count: Int, sampleRate: Int, channels: Int = 1) throws {
        frames += count
        samples += count * channels
        if frames > maxSeconds * sampleRate || samples > maxSamples { throw AudioError.tooLong(limitSeconds: maxSeconds) }
        if cancellation.isStopped { throw CancellationError() }
        if shutdown.isStopped { throw AudioError.shutDown }
        if isOver { throw AudioError.overloaded("converting the audio took longer than \(timeLimit)") }
    }
}

extension AudioError {
    static let shutDown = AudioError.failed("the audio engine is shut down")
}
