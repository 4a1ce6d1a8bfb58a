/// What decoding says of a piece of audio. Nothing here comes from a header that the samples do not bear out.
public struct AudioFacts: Hashable, Sendable {
    /// Milliseconds, from the number of samples decoded.
    public let durationMilliseconds: Int
    public let sampleRate: Int
    public let channels: Int
    /// The container as decoded, by the name of its `AudioContainer`.
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
}
