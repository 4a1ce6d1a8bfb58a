import Voicemail

/// MP3: a chain of frames, each of which says where the next begins.
///
/// One frame's header is four bytes that turn up by chance in any file of some size; three that agree and
/// lead to one another do not. Text and random bytes are refused here and never reach the decoder.
enum MPEGInput {
    /// How much may come before the first frame: left-overs of tags, pictures, the tail of a cut frame.
    static let mostJunk = 4 << 20

    /// - Parameter range: the stretch of `source` that may hold frames.
    static func recognise(_ source: ByteSource, in range: Range<Int>) throws(AudioError) -> AudioInput? {
        var search = MPEGSearch(source, end: range.upperBound)
        guard let (first, offset) = try search.chain(from: range.lowerBound, before: range.lowerBound + mostJunk + 1) else { return nil }
        return AudioInput(
            container: .mp3, sampleRate: first.sampleRate, channels: first.channels, stream: .mpeg(offset..<range.upperBound))
    }

    /// A decoder of all that is sound from the first frame on.
    static func decoder(of range: Range<Int>, in source: ByteSource) throws(AudioError) -> OpenedStream {
        let walk = try MPEGWalk(range, in: source)
        var isIncomplete = walk.isIncomplete
        var parts: [JoinedDecoder.Part] = []
        for part in walk.parts {
            let stated = try statedFrames(part, in: source)
            isIncomplete = isIncomplete || stated ?? 0 > part.frames
            parts.append(
                JoinedDecoder.Part(sampleRate: part.first.sampleRate, channels: part.first.channels) { () throws(AudioError) in
                    try MPEGDecoder(
                        SourceWindow(source, ranges: part.ranges), sampleRate: part.first.sampleRate, channels: part.first.channels,
                        trustsInfoFrame: stated == part.frames)
                })
        }
        return OpenedStream(try JoinedDecoder.joining(parts), isIncomplete: isIncomplete)
    }

    /// How many frames the part has, itself included, as the first one tells if it is an info frame ("Xing" or "Info").
    /// The decoder ends where such a count says, so one that lies must not reach it.
    private static func statedFrames(_ part: MPEGWalk.Part, in source: ByteSource) throws(AudioError) -> Int? {
        guard let start = part.ranges.first?.lowerBound else { return nil }
        let word = try source.bytes(at: start + part.first.mainDataOffset, count: 12)
        guard word.count == 12, word.hasText("Xing") || word.hasText("Info"), word[7] & 1 == 1 else { return nil }
        return word[8..<12].reduce(0) { $0 << 8 | Int($1) } + 1
    }
}
