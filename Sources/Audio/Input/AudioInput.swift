import CSndFile
import Voicemail

/// A piece of audio that has been recognised by its first bytes, with the stretch of it that a decoder will see.
///
/// Only what these recognisers let through reaches a decoding library: each container is walked here
/// first, its tags and tables are left out, and the numbers a library would size its memory by are
/// checked. No other container of the many that libsndfile knows can be reached from outside.
struct AudioInput {
    enum Stream {
        /// For libsndfile: `prefix` in place of the original header, then the bytes of `range`.
        /// `format` is nil when the bytes describe themselves.
        case soundFile(format: Int32?, prefix: [UInt8], range: Range<Int>)
        /// For libsndfile, one stream of FLAC after the other, the first of which begins there.
        case flac(Int)
        /// For libsndfile, page by checked page.
        case ogg
        /// For libmpg123, from the first frame on, frame by frame.
        case mpeg(Range<Int>)
    }

    let container: AudioContainer
    let sampleRate: Int
    let channels: Int
    /// Samples per channel where the number follows from the bytes that are really there, as in
    /// uncompressed audio; nil where only decoding tells.
    var exactFrames: Int?
    /// Samples per channel that are never exceeded, where a decoder fills the last block up.
    var mostFrames: Int?
    /// Samples per channel that the file says it has; fewer are a file that was cut off.
    var statedFrames: Int?
    let stream: Stream

    static let sampleRates = 4000...384_000
    static let channelCounts = 1...8

    /// Recognises `source` by its bytes.
    /// - Throws: `AudioError.undecodable` when it is none of the kinds understood.
    init(recognising source: ByteSource) throws(AudioError) {
        guard let found = try Self.recognise(source),
            Self.sampleRates.contains(found.sampleRate), Self.channelCounts.contains(found.channels), found.exactFrames != 0
        else { throw .undecodable }
        self = found
    }

    init(
        container: AudioContainer, sampleRate: Int, channels: Int, exactFrames: Int? = nil, mostFrames: Int? = nil, statedFrames: Int? = nil, stream: Stream
    ) {
        self.container = container
        self.sampleRate = sampleRate
        self.channels = channels
        self.exactFrames = exactFrames
        self.mostFrames = mostFrames ?? exactFrames
        self.statedFrames = statedFrames
        self.stream = stream
    }

    private static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        let magic = try source.bytes(at: 0, count: 12)
        if magic.hasText("RIFF") || magic.hasText("RF64") { return try WaveInput.recognise(source) }
        if magic.hasText("OggS") { return try OggInput.recognise(source) }
        let start = try ID3Tag.end(in: source)
        if let flac = try FLACInput.start(in: source, from: start) { return try FLACInput.recognise(source, at: flac) }
        if start == 0, let gsm = try GSMInput.recognise(source) { return gsm }
        return try MPEGInput.recognise(source, in: start..<source.size)
    }

    /// A decoder at the start of the sound.
    /// - Parameter limit: bytes of the sound to look at; nothing behind them will be heard.
    /// - Throws: `AudioError.undecodable` when the headers are not what they seemed, what `WorkBudget.look` throws.
    func decoder(of source: ByteSource, upTo limit: Int = .max) throws(AudioError) -> OpenedStream {
        switch stream {
        case .soundFile(let format, let prefix, let range):
            let raw = format.map { RawSound(code: $0, sampleRate: sampleRate, channels: channels) }
            return OpenedStream(try SoundFileDecoder(SourceWindow(source, prefix: prefix, ranges: [range]), raw: raw))
        case .flac(let start): return try FLACInput.decoder(of: source, from: start, upTo: limit)
        case .ogg: return try OggInput.decoder(of: source, upTo: limit)
        case .mpeg(let range): return try MPEGInput.decoder(of: range.lowerBound..<range.lowerBound + min(range.count, limit), in: source)
        }
    }
}

/// A decoder, and what was found out before it began.
struct OpenedStream {
    let decoder: any SampleDecoder
    /// Whether something that should be sound will not reach the decoder.
    let isIncomplete: Bool

    init(_ decoder: any SampleDecoder, isIncomplete: Bool = false) {
        self.decoder = decoder
        self.isIncomplete = isIncomplete
    }
}

extension JoinedDecoder {
    /// One part needs no joining.
    static func joining(_ parts: [Part]) throws(AudioError) -> any SampleDecoder {
        parts.count == 1 ? try parts[0].open() : JoinedDecoder(parts)
    }
}

/// The tags some programs put before the sound.
enum ID3Tag {
    /// Where the sound starts: after any ID3v2 tags at `start` (ID3v2.4 section 3.1), else there.
    static func end(in source: ByteSource, from start: Int = 0) throws(AudioError) -> Int {
        var offset = start
        // Each turn passes a tag; a file of nothing but tags ends the walk at its end.
        while offset < source.size {
            let header = try source.bytes(at: offset, count: 10)
            guard header.count == 10, header.hasText("ID3"), header[6..<10].allSatisfy({ $0 < 0x80 }) else { break }
            let length = header[6..<10].reduce(0) { $0 << 7 | Int($1) }
            let hasFooter = header[5] & 0x10 != 0
            offset += 10 + length + (hasFooter ? 10 : 0)
        }
        return min(offset, source.size)
    }
}
