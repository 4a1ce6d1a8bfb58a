import Voicemail

/// Ogg with Opus (RFC 7845), Vorbis or FLAC (RFC 9639 section 10.1): one stream, or several one after the other (RFC 3533 section 4: "chained"), as a recorder
/// that was paused writes them, or `cat`.
///
/// A decoder's arithmetic on time stamps trusts them, and a Vorbis header can ask for gigabytes. So
/// every page is checked before a decoder sees it: its checksum, its stream, and time stamps that never run back. Pages
/// that fail are left out, which a decoder takes for a gap.
enum OggInput {
    enum Codec {
        case opus, vorbis, flac
    }

    /// Streams that begin together, of which the first that is sound is taken.
    private static let mostStreams = 16

    /// Looks at the first pages only; `OggWalk` walks the rest.
    static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        var checked = 0
        var offset = 0
        for _ in 0..<mostStreams {
            guard let page = try OggPage(in: source, at: offset, checked: &checked), page.isFirst else { return nil }
            if let head = try OggHead(page, in: source) {
                return AudioInput(container: .ogg, sampleRate: head.sampleRate, channels: head.channels, stream: .ogg)
            }
            offset = page.range.upperBound
        }
        return nil
    }

    /// A decoder of all links, one after the other.
    /// - Parameter limit: bytes to look at.
    /// - Throws: `AudioError.undecodable` when in no link the codec's headers are whole and modest.
    static func decoder(of source: ByteSource, upTo limit: Int = .max) throws(AudioError) -> OpenedStream {
        let walk = try OggWalk(source, upTo: limit)
        guard !walk.links.isEmpty else { throw .undecodable }
        let parts = walk.links.map { link in
            link.head.flac.map { $0.part(of: source, link.ranges) }
                ?? JoinedDecoder.Part(sampleRate: link.head.sampleRate, channels: link.head.channels) { () throws(AudioError) in
                    try SoundFileDecoder(SourceWindow(source, ranges: link.ranges), raw: nil)
                }
        }
        return OpenedStream(try JoinedDecoder.joining(parts), isIncomplete: walk.isIncomplete)
    }
}

/// What the first packet of a stream says of its sound.
struct OggHead {
    let codec: OggInput.Codec
    let sampleRate: Int
    let channels: Int
    /// Of FLAC.
    let flac: FLACHeader?

    /// - Returns: nil for a stream of something else.
    init?(_ page: OggPage, in source: ByteSource) throws(AudioError) {
        let head = try source.bytes(at: page.bodyStart, count: page.range.upperBound - page.bodyStart)
        flac = head.hasText("\u{7F}FLAC\u{1}") ? FLACHeader(Array(head.dropFirst(Self.beforeFLAC))) : nil
        if head.count >= 19, head.hasText("OpusHead") {
            // RFC 7845 section 5.1; whatever rate was recorded, Opus decodes at any of its own.
            (codec, sampleRate, channels) = (.opus, 48000, Int(head[9]))
        } else if head.count == 30, head.hasText("\u{1}vorbis"), head.little(UInt32.self, at: 7) == 0 {
            // Vorbis I section 4.2.2.
            (codec, sampleRate, channels) = (.vorbis, Int(head.little(UInt32.self, at: 12)), Int(head[11]))
        } else if let flac {
            (codec, sampleRate, channels) = (.flac, flac.sampleRate, flac.channels)
        } else {
            return nil
        }
    }

    /// The mark, a version and how many headers follow.
    private static let beforeFLAC = 9

    var isTaken: Bool { AudioInput.sampleRates.contains(sampleRate) && AudioInput.channelCounts.contains(channels) }
}

/// The packets before the sound: two for Opus, three for Vorbis, as many as there are for FLAC; whole and without a gap.
struct OggHeaders {
    private let codec: OggInput.Codec
    private var packets = 0
    private var open = false
    private var nextSequence: UInt32?
    private var setup: [UInt8] = []
    /// Of FLAC: whether the page taken last begins with a frame.
    private var isSound = false

    private static let mostSetupBytes = 262_144

    init(_ codec: OggInput.Codec) { self.codec = codec }

    var areComplete: Bool { codec == .flac ? isSound : packets >= (codec == .opus ? 2 : 3) }

    /// Takes the next page.
    /// - Throws: `AudioError.undecodable` when pages are missing or the Vorbis set-up asks for too much.
    mutating func add(_ page: OggPage, from source: ByteSource) throws(AudioError) {
        guard page.sequence == nextSequence ?? page.sequence, page.isContinued == open else { throw .undecodable }
        nextSequence = page.sequence &+ 1
        var offset = page.bodyStart
        // The sound begins on a page of its own, and a frame with bits that no header has.
        if codec == .flac, packets > 0, !open, try source.byte(at: offset) == 0xFF {
            isSound = true
            return
        }
        for length in page.lacing where !areComplete {
            if codec == .vorbis, packets == 2 {
                setup += try source.bytes(at: offset, count: Int(length))
                guard setup.count <= Self.mostSetupBytes else { throw .undecodable }
            }
            offset += Int(length)
            open = length == 255
            if !open { packets += 1 }
        }
        if codec == .vorbis, areComplete { try VorbisSetup.check(setup) }
    }
}
