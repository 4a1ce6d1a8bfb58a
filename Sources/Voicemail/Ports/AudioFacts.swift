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
        mediaTypes.first { $0.container == container }?.types.first ?? "application/octet-stream"
    }

    /// The container that a media type names, whichever of its names; nil for what is none of ours.
    public static func container(ofContentType type: String) -> String? { mediaTypes.first { $0.types.contains(type) }?.container }

    /// Each container's media types: the one that clients are told, then what they may call it.
    private static let mediaTypes: [(container: String, types: [String])] = [
        ("wav", ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]), ("mp3", ["audio/mpeg", "audio/mp3", "audio/mpeg3"]),
        ("ogg", ["audio/ogg", "application/ogg"]), ("flac", ["audio/flac", "audio/x-flac"]), ("gsm", ["audio/gsm"]),
    ]
}
