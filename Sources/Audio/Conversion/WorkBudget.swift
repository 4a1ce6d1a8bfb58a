import Synchronization
import Voicemail

/// Tells conversions that nobody wants their result any more.
final class StopSignal: Sendable {
    private let stopped = Atomic(false)

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    func stop() { stopped.store(true, ordering: .relaxed) }
}

/// What one conversion may cost. Asked after every block of sound and every block of bytes looked at, so that neither a cancelled request nor
/// a file made to be expensive holds a thread for long, and others get their turn between. Belongs to one conversion and is used on its
/// thread only.
final class WorkBudget {
    private let maxSeconds: Int
    private let maxSamples: Int
    private let timeForSecond: Duration
    private var deadline: ContinuousClock.Instant
    private let cancellation: StopSignal
    private let shutdown: StopSignal
    /// Lets others go first.
    private let pause: () -> Bool
    private var nextPause: ContinuousClock.Instant
    private var frames = 0
    private var samples = 0
    private var looked = 0
    private var mostLooked: Int

    /// How long a conversion works at a time while an account waits that has fewer places.
    private static let piece = Duration.milliseconds(100)
    private static let lookedAtOnce = 65536

    /// - Parameters:
    ///   - samplesPerSecond: of all channels, on the average of the longest sound.
    ///   - timeLimit: the longest it may run.
    ///   - timeForSecond: what is added to that for each second of sound, as it is decoded.
    ///   - mostLooked: bytes that may be looked at in search of sound, to the block.
    ///   - pause: called between pieces of the work; what it takes does not count. False when the work is to end.
    init(
        maxSeconds: Int, samplesPerSecond: Int = 2 * 96_000, timeLimit: Duration, timeForSecond: Duration = .zero,
        cancellation: StopSignal, shutdown: StopSignal, mostLooked: Int = .max, pause: @escaping () -> Bool = { true }
    ) {
        self.maxSeconds = maxSeconds
        maxSamples = maxSeconds * samplesPerSecond
        self.timeForSecond = timeForSecond
        self.cancellation = cancellation
        self.shutdown = shutdown
        self.mostLooked = mostLooked
        self.pause = pause
        let now = ContinuousClock.now
        deadline = now + timeLimit
        nextPause = now + Self.piece
    }

    /// Whether its time is over.
    var isOver: Bool { ContinuousClock.now > deadline }

    /// Accounts for `count` more samples per channel.
    /// - Throws: `AudioError.tooLong` past the longest duration or the most samples of all channels, `.overloaded` past the time, `.failed` when
    ///   the codec shuts down, `.unwanted` when nobody wants the result any more.
    func spend(frames count: Int, sampleRate: Int, channels: Int = 1) throws(AudioError) {
        frames += count
        samples += count * channels
        deadline += timeForSecond * count / sampleRate
        if frames > maxSeconds * sampleRate || samples > maxSamples { throw AudioError.tooLong(limitSeconds: maxSeconds) }
        try goOn()
    }

    /// Accounts for bytes that are looked at in search of sound.
    /// - Throws: as `spend`.
    func look(at bytes: Int) throws(AudioError) {
        // Finding a byte costs something, however few are asked for.
        looked += max(64, bytes)
        guard looked >= Self.lookedAtOnce else { return }
        mostLooked -= looked
        looked = 0
        if mostLooked < 0 { throw .overloaded("there is more to look through for sound than may be") }
        try goOn()
    }

    private func goOn() throws(AudioError) {
        let now = ContinuousClock.now
        if cancellation.isStopped { throw .unwanted }
        if shutdown.isStopped { throw .shutDown }
        if now > deadline { throw .overloaded("converting the audio took longer than it may") }
        guard now >= nextPause else { return }
        let goesOn = pause()
        let end = ContinuousClock.now
        deadline += end - now
        nextPause = end + Self.piece
        if shutdown.isStopped { throw .shutDown }
        if !goesOn || cancellation.isStopped { throw .unwanted }
    }
}

extension AudioError {
    static let shutDown = AudioError.failed("the audio engine is shut down")
    static let unwanted = AudioError.failed("nobody wants the audio any more")
}
