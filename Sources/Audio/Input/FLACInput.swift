import Voicemail

/// FLAC (RFC 9639): one stream, or several one after the other, as `cat` joins them. The decoder gets the stream information of each and
/// then its frames, none of the tags, pictures and tables between.
enum FLACInput {
    /// How much may come before: left-overs of tags.
    static let mostJunk = 65536
    /// More streams than this is not a joined recording but an attack on the reader.
    private static let mostStreams = 4096

    /// Where the first stream begins.
    static func start(in source: ByteSource, from start: Int) throws(AudioError) -> Int? {
        if try FLACStream(in: source, at: start) != nil { return start }
        return try nextStream(in: source, from: start + 1, before: min(source.size, start + mostJunk))?.start
    }

    static func recognise(_ source: ByteSource, at start: Int) throws(AudioError) -> AudioInput? {
        guard let stream = try FLACStream(in: source, at: start) else { return nil }
        return AudioInput(container: .flac, sampleRate: stream.header.sampleRate, channels: stream.header.channels, stream: .flac(start))
    }

    /// A decoder of all streams, one after the other.
    /// - Parameter limit: bytes to look through for further streams.
    static func decoder(of source: ByteSource, from start: Int, upTo limit: Int) throws(AudioError) -> OpenedStream {
        let searched = limit < source.size - start ? start + limit : source.size
        var parts: [JoinedDecoder.Part] = []
        var next = try FLACStream(in: source, at: start)
        while let stream = next, parts.count < mostStreams {
            next = try nextStream(in: source, from: stream.frames, before: searched)
            let frames = try withoutTag(stream.frames..<max(stream.frames, next?.start ?? source.size), in: source)
            // A recorder that was paused at once leaves a header and nothing else.
            if frames.isEmpty, stream.header.statedFrames == nil { continue }
            parts.append(stream.header.part(of: source, [frames]))
        }
        guard !parts.isEmpty else { throw .undecodable }
        return OpenedStream(try JoinedDecoder.joining(parts), isIncomplete: next != nil)
    }

    private static func nextStream(in source: ByteSource, from start: Int, before end: Int) throws(AudioError) -> FLACStream? {
        var offset = start
        while let found = try source.firstOffset(of: "fLaC", from: offset, before: end) {
            if let stream = try FLACStream(in: source, at: found) { return stream }
            offset = found + 1
        }
        return nil
    }

    /// Leaves out an ID3v1 tag at the end.
    private static func withoutTag(_ range: Range<Int>, in source: ByteSource) throws(AudioError) -> Range<Int> {
        guard range.count >= 128, try source.bytes(at: range.upperBound - 128, count: 3).hasText("TAG") else { return range }
        return range.lowerBound..<range.upperBound - 128
    }
}

/// A stream of FLAC inside a file.
private struct FLACStream {
    let start: Int
    let header: FLACHeader
    /// Where its frames begin.
    let frames: Int

    private static let mostBlocks = 128

    init?(in source: ByteSource, at start: Int) throws(AudioError) {
        guard let header = FLACHeader(try source.bytes(at: start, count: FLACHeader.byteCount)),
            let frames = try Self.end(ofBlocksIn: source, from: start + 4), frames < source.size || header.statedFrames == nil
        else { return nil }
        (self.start, self.header, self.frames) = (start, header, min(frames, source.size))
    }

    private static func end(ofBlocksIn source: ByteSource, from start: Int) throws(AudioError) -> Int? {
        var offset = start
        for _ in 0..<mostBlocks {
            let header = try source.bytes(at: offset, count: 4)
            guard header.count == 4 else { return nil }
            offset += 4 + (Int(header[1]) << 16 | Int(header[2]) << 8 | Int(header[3]))
            if header[0] & 0x80 != 0 { return offset }
        }
        return nil
    }
}

/// What a stream of FLAC begins with: the mark and the stream information (RFC 9639 section 8.2).
struct FLACHeader {
    static let byteCount = 42

    let sampleRate: Int
    let channels: Int
    /// Samples per channel that there should be; nil where the encoder did not know.
    let statedFrames: Int?
    /// What a decoder sees of it.
    private let prefix: [UInt8]

    /// - Returns: nil unless the bytes are one of a kind of sound that is taken.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount, bytes.hasText("fLaC"), bytes[4] & 0x7F == 0, Array(bytes[5..<8]) == [0, 0, 34] else { return nil }
        sampleRate = Int(bytes[18]) << 12 | Int(bytes[19]) << 4 | Int(bytes[20]) >> 4
        channels = Int(bytes[20]) >> 1 & 7 + 1
        guard AudioInput.sampleRates.contains(sampleRate) else { return nil }
        let stated = bytes[22..<26].reduce(Int(bytes[21] & 0x0F)) { $0 << 8 | Int($1) }
        statedFrames = stated > 0 ? stated : nil
        // Now the only and last block. Its number of samples may lie, so it says "unknown" (zero), and the
        // decoder goes by the frames there are.
        var prefix = Array(bytes.prefix(Self.byteCount))
        prefix[4] = 0x80
        prefix[21] &= 0xF0
        prefix.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        self.prefix = prefix
    }

    /// - Parameter frames: where the stream's frames lie.
    func part(of source: ByteSource, _ frames: [Range<Int>]) -> JoinedDecoder.Part {
        JoinedDecoder.Part(sampleRate: sampleRate, channels: channels) { () throws(AudioError) in
            try SoundFileDecoder(SourceWindow(source, prefix: prefix, ranges: frames), raw: nil, statedFrames: statedFrames)
        }
    }
}
