import Voicemail

/// FLAC (RFC 9639), walked to its first frame: the decoder gets a stream-information block and then frames,
/// none of the tags, pictures and tables between.
enum FLACInput {
    private static let mostBlocks = 128

    static func recognise(_ source: ByteSource, at start: Int) throws(AudioError) -> AudioInput? {
        var prefix = try source.bytes(at: start, count: 42)
        // RFC 9639 section 8.1: the first block is stream information, 34 bytes.
        guard prefix.count == 42, prefix[4] & 0x7F == 0, Array(prefix[5..<8]) == [0, 0, 34] else { return nil }
        guard let frames = try end(ofBlocksIn: source, from: start + 4), frames < source.size else { return nil }
        let sampleRate = Int(prefix[18]) << 12 | Int(prefix[19]) << 4 | Int(prefix[20]) >> 4
        let channels = Int(prefix[20]) >> 1 & 7 + 1
        let stated = prefix[22..<26].reduce(Int(prefix[21] & 0x0F)) { $0 << 8 | Int($1) }
        // Now the only and last block. Its number of samples may lie, so it says "unknown" (zero), and the
        // decoder goes by the frames there are.
        prefix[4] = 0x80
        prefix[21] &= 0xF0
        prefix.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        return AudioInput(
            container: "flac", sampleRate: sampleRate, channels: channels, statedFrames: stated,
            stream: .soundFile(format: nil, prefix: prefix, range: frames..<source.size))
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
