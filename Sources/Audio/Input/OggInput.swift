import Voicemail

/// Ogg with Opus (RFC 7845) or Vorbis.
///
/// A decoder's arithmetic on time stamps trusts them, and a Vorbis header can ask for gigabytes. So
/// every page is checked before a decoder sees it: its checksum, its stream, and time stamps that never run back. Pages
/// that fail are left out, which a decoder takes for a gap.
enum OggInput {
    enum Codec {
        case opus, vorbis
    }

    /// The last time stamp believed: 2^47 samples are decades at any rate.
    private static let mostSamples: Int64 = 1 << 47
    /// More pieces than this is not a damaged recording but an attack on the reader.
    private static let mostGaps = 1024

    /// Looks at the first page only; `pages` walks the rest.
    static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        var checked = 0
        guard let page = try OggPage(in: source, at: 0, checked: &checked), page.isFirst else { return nil }
        let head = try source.bytes(at: page.bodyStart, count: page.range.upperBound - page.bodyStart)
        // RFC 7845 section 5.1; whatever rate was recorded, Opus decodes at any of its own.
        if head.count >= 19, head.hasText("OpusHead") {
            return AudioInput(container: "ogg", sampleRate: 48000, channels: Int(head[9]), stream: .ogg(.opus))
        }
        // Vorbis I section 4.2.2.
        if head.count == 30, head.hasText("\u{1}vorbis"), head.little(UInt32.self, at: 7) == 0 {
            let rate = Int(head.little(UInt32.self, at: 12))
            return AudioInput(container: "ogg", sampleRate: rate, channels: Int(head[11]), stream: .ogg(.vorbis))
        }
        return nil
    }

    /// The stretches of the file that hold good pages of the first stream.
    /// - Throws: `AudioError.undecodable` when the codec's headers are damaged or ask for too much.
    static func pages(of codec: Codec, in source: ByteSource) throws(AudioError) -> [Range<Int>] {
        var headers = OggHeaders(codec)
        var ranges: [Range<Int>] = []
        var serial: UInt32?
        var latest: Int64 = 0
        var offset = 0
        // Overlapping fake pages would have the same bytes summed again and again; an honest file is summed once.
        var checked = 0
        while offset < source.size, checked <= 2 * source.size, ranges.count <= mostGaps {
            guard let page = try OggPage(in: source, at: offset, checked: &checked) else {
                guard headers.areComplete else { throw .undecodable }
                offset = try nextCapture(in: source, after: offset)
                continue
            }
            offset = page.range.upperBound
            let isOurs = page.isFirst == (serial == nil) && page.serial == serial ?? page.serial
            guard isOurs, isTimely(page, after: latest) else {
                guard headers.areComplete else { throw .undecodable }
                continue
            }
            serial = page.serial
            if page.endsPacket { latest = page.granule }
            if !headers.areComplete { try headers.add(page, from: source) }
            if let last = ranges.last, last.upperBound == page.range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<page.range.upperBound
            } else {
                ranges.append(page.range)
            }
        }
        guard headers.areComplete else { throw .undecodable }
        return ranges
    }

    /// Only where a packet ends does the time stamp mean anything, and then it must be there.
    private static func isTimely(_ page: OggPage, after latest: Int64) -> Bool {
        !page.endsPacket || (latest...mostSamples).contains(page.granule)
    }

    /// Where the next page may begin, else the end of the file.
    private static func nextCapture(in source: ByteSource, after offset: Int) throws(AudioError) -> Int {
        var start = offset + 1
        while start < source.size {
            let block = try source.bytes(at: start, count: 65536)
            for index in block.indices where block[index] == UInt8(ascii: "O") && block.hasText("OggS", at: index) {
                return start + index
            }
            // A capture pattern may lie across two blocks.
            start += max(1, block.count - 3)
        }
        return source.size
    }
}

/// The packets before the sound: two for Opus, three for Vorbis, whole and without a gap.
struct OggHeaders {
    private let codec: OggInput.Codec
    private var packets = 0
    private var open = false
    private var nextSequence: UInt32?
    private var setup: [UInt8] = []

    private static let mostSetupBytes = 262_144

    init(_ codec: OggInput.Codec) { self.codec = codec }

    var areComplete: Bool { packets >= (codec == .opus ? 2 : 3) }

    /// Takes the next page.
    /// - Throws: `AudioError.undecodable` when pages are missing or the Vorbis set-up asks for too much.
    mutating func add(_ page: OggPage, from source: ByteSource) throws(AudioError) {
        guard page.sequence == nextSequence ?? page.sequence, page.isContinued == open else { throw .undecodable }
        nextSequence = page.sequence &+ 1
        var offset = page.bodyStart
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
