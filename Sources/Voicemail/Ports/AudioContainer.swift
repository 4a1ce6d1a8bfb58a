/// What sound comes in: the one place that knows each container's media types and the ending of its files.
public enum AudioContainer: String, Sendable, CaseIterable {
    case wav, mp3, gsm, ogg, flac

    /// The media type that clients are told of what is in none of these.
    public static let unknownType = "application/octet-stream"

    /// What is taken, for people whose file no decoder accepts.
    public static let acceptedKinds =
        "WAV (PCM, floating point, µ-law, A-law, ADPCM, GSM or MP3), MP3, Ogg (Opus, Vorbis or FLAC), FLAC and raw GSM 06.10"

    /// The media type that clients are told.
    public var contentType: String { mediaTypes[0] }

    /// The one that clients are told, then what they may call it.
    private var mediaTypes: [String] {
        switch self {
        case .wav: ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]
        case .mp3: ["audio/mpeg", "audio/mp3", "audio/mpeg3"]
        case .gsm: ["audio/gsm"]
        case .ogg: ["audio/ogg", "application/ogg"]
        case .flac: ["audio/flac", "audio/x-flac"]
        }
    }

    /// The container that a media type names, whichever of its names; nil for what is none of ours.
    public init?(contentType: String) {
        guard let container = Self.allCases.first(where: { $0.mediaTypes.contains(contentType) }) else { return nil }
        self = container
    }

    /// The container that the ending of a file's name says, in either case.
    public init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        self.init(rawValue: fileName[fileName.index(after: dot)...].lowercased())
    }

    /// The media type that clients are told of bytes whose container is stored by its name.
    public static func contentType(ofStored name: String?) -> String { name.flatMap(Self.init(rawValue:))?.contentType ?? unknownType }

    /// The media type that the ending of a file's name says.
    public static func contentType(ofFile name: String) -> String { Self(fileName: name)?.contentType ?? unknownType }

    /// What the name of a file of a media type should end in. Films are kept for clients that send them, and are never decoded.
    public static func fileExtension(ofType contentType: String) -> String {
        Self(contentType: contentType)?.rawValue ?? (contentType == "video/mp4" ? "mp4" : "bin")
    }
}
