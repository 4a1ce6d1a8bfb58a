/// A format to render to.
public struct Rendition: Hashable, Sendable {
    public enum Container: String, Sendable, CaseIterable {
        case wav, mp3, gsm

        /// The media type a client is told.
        public var contentType: String { audio.contentType }

        private var audio: AudioContainer {
            switch self {
            case .wav: .wav
            case .mp3: .mp3
            case .gsm: .gsm
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

    /// For a person's ear: as small as telephones have it, and for WAV what every program plays.
    public static func heard(as container: Container) -> Rendition {
        switch container {
        case .wav: .wideband
        case .mp3: .mp3
        case .gsm: .gsm
        }
    }

    /// With the source's channels kept apart, where the container can.
    public static func channels(as container: Container) -> Rendition {
        container == .mp3 ? .mp3Channels : Rendition(container, sampleRate: nil, mono: false)
    }

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
