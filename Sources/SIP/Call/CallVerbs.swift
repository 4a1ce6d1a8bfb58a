/// How playing ended.
public enum PlayEnd: Sendable, Hashable {
    case finished
    case key(Character)
    /// The call has ended.
    case over
}

/// When a recording ends by itself.
public struct RecordRules: Sendable, Hashable {
    /// Samples.
    public var longest: Int
    /// Steps of 20 milliseconds without speech; nil for as long as it takes.
    public var silentSteps: Int?
    /// The mean of samples below which nobody speaks (K§10.2).
    public var threshold: Int

    public init(seconds: Int, silenceSeconds: Int? = 5, threshold: Int = 200) {
        longest = seconds * Clip.rate
        silentSteps = silenceSeconds.map { $0 * 50 }
        self.threshold = threshold
    }
}

/// How a recording ended, and what came in.
public struct RecordEnd: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case key(Character)
        case silence
        case longest
        /// The call has ended.
        case over
    }

    public let reason: Reason
    /// Samples that are the message: what follows is the silence that ended it.
    public let samples: Int
    public let lost: Int
    public let late: Int
    public let received: Int
}

/// Where recorded sound goes. Called on the loop's thread: it must not wait for anything.
public protocol SoundSink: Sendable {
    func append(_ sound: [UInt8])
}
