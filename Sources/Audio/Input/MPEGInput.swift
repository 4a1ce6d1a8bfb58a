import Voicemail

/// MP3: a chain of frames, each of which says where the next begins.
///
/// One frame's header is four bytes that turn up by chance in any file of some size; three that agree and
/// lead to one another do not. Text and random bytes are refused here and never reach the decoder.
enum MPEGInput {
    /// How much may come before the first frame: left-overs of tags, or the tail of a cut frame.
    private static let mostJunk = 65536
    private static let fewestFrames = 3

    static func recognise(_ source: ByteSource, from start: Int) throws(AudioError) -> AudioInput? {
        guard let (first, offset) = try firstFrame(in: source, from: start) else { return nil }
        return AudioInput(
            container: "mp3", sampleRate: first.sampleRate, channels: first.channels,
            stream: .mpeg(firstFrame: first, range: offset..<source.size))
    }

    private static func firstFrame(in source: ByteSource, from start: Int) throws(AudioError) -> (MPEGFrame, offset: Int)? {
        let candidates = try source.bytes(at: start, count: mostJunk + 3)
        for offset in candidates.indices.dropLast(3) where candidates[offset] == 0xFF && candidates[offset + 1] >= 0xE0 {
            guard let frame = MPEGFrame(candidates[offset..<offset + 4]) else { continue }
            if try chain(from: frame, at: start + offset, in: source, upTo: fewestFrames).isConvincing {
                return (frame, start + offset)
            }
        }
        return nil
    }

    /// A run of frames that lead to one another.
    private struct Chain {
        var frames: Int
        /// The next frame would begin at the end of the file or past it.
        var reachesEnd: Bool

        /// Two frames are enough where they are all there is.
        var isConvincing: Bool { frames >= MPEGInput.fewestFrames || frames == 2 && reachesEnd }
    }

    private static func chain(
        from first: MPEGFrame, at start: Int, in source: ByteSource, upTo limit: Int
    ) throws(AudioError) -> Chain {
        var chain = Chain(frames: 1, reachesEnd: false)
        var offset = start + first.byteCount
        while chain.frames < limit, let frame = MPEGFrame(try source.bytes(at: offset, count: 4)), first.isFollowed(by: frame) {
            chain.frames += 1
            offset += frame.byteCount
        }
        chain.reachesEnd = offset >= source.size
        return chain
    }

    /// Whether the first frame is an info frame ("Xing" or "Info") that counts exactly the frames that follow.
    /// The decoder ends where such a count says, so one that lies must not reach it.
    static func infoFrameIsTrue(_ first: MPEGFrame, at offset: Int, in source: ByteSource) throws(AudioError) -> Bool {
        let word = try source.bytes(at: offset + first.mainDataOffset, count: 12)
        guard word.count == 12, word.hasText("Xing") || word.hasText("Info"), word[7] & 1 == 1 else { return false }
        let stated = word[8..<12].reduce(0) { $0 << 8 | Int($1) }
        return try chain(from: first, at: offset, in: source, upTo: .max).frames == stated + 1
    }
}
