import CSndFile
import Voicemail

/// RIFF/WAVE and RF64 (EBU Tech 3306), walked here so that a decoder sees only samples.
///
/// The sizes in the header are checked against the bytes that are there: what is missing is not counted,
/// and a data chunk whose size was never filled in (a recorder that was cut off, a stream) reaches to the end.
enum WaveInput {
    /// A file of tiny chunks must not cost a walk of millions.
    private static let mostChunks = 256
    private static let unknownSize = Int(UInt32.max)

    static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        guard try source.bytes(at: 8, count: 4).hasText("WAVE") else { return nil }
        var format: WaveFormat?
        var dataSize64: Int?
        var offset = 12
        for _ in 0..<mostChunks {
            let header = try source.bytes(at: offset, count: 8)
            guard header.count == 8 else { return nil }
            let length = Int(header.little(UInt32.self, at: 4))
            let body = offset + 8
            if header.hasText("ds64") {
                let sizes = try source.bytes(at: body, count: 16)
                guard sizes.count == 16 else { return nil }
                dataSize64 = Int(clamping: sizes.little(UInt64.self, at: 8))
            } else if header.hasText("fmt ") {
                format = WaveFormat(try source.bytes(at: body, count: min(length, 40)))
            } else if header.hasText("data") {
                let declared = length == unknownSize ? dataSize64 ?? length : length
                return try format?.input(data: extent(of: declared, from: body, in: source))
            }
            offset = body + length + length % 2
        }
        return nil
    }

    private static func extent(of declared: Int, from start: Int, in source: ByteSource) throws(AudioError) -> Range<Int> {
        guard start < source.size else { return start..<start }
        if declared == 0 { return try isChunkList(from: start, in: source) ? start..<start : start..<source.size }
        return start..<start + min(declared, source.size - start)
    }

    /// Whether what follows an empty data chunk is more chunks, so that it really is empty.
    private static func isChunkList(from start: Int, in source: ByteSource) throws(AudioError) -> Bool {
        var offset = start
        for _ in 0..<mostChunks {
            let header = try source.bytes(at: offset, count: 8)
            guard header.count == 8, header[0..<4].allSatisfy({ (0x20..<0x7F).contains($0) }) else { return false }
            let length = Int(header.little(UInt32.self, at: 4))
            offset += 8 + length + length % 2
            if offset >= source.size { return offset - length % 2 <= source.size }
        }
        return false
    }
}

/// What a `fmt ` chunk says.
private struct WaveFormat {
    /// Registered format numbers (RFC 2361); the extensible one names the real one in its first two bytes of GUID.
    private enum Tag: UInt16 {
        case pcm = 1
        case float = 3
        case aLaw = 6
        case muLaw = 7
        case gsm = 0x31
        case extensible = 0xFFFE
    }

    private let tag: Tag
    private let channels: Int
    private let sampleRate: Int
    private let blockBytes: Int
    private let sampleBits: Int

    init?(_ chunk: [UInt8]) {
        guard chunk.count >= 16, var tag = Tag(rawValue: chunk.little(UInt16.self, at: 0)) else { return nil }
        if tag == .extensible {
            guard chunk.count == 40, let inner = Tag(rawValue: chunk.little(UInt16.self, at: 24)), inner != .extensible else { return nil }
            tag = inner
        }
        self.tag = tag
        channels = Int(chunk.little(UInt16.self, at: 2))
        sampleRate = Int(chunk.little(UInt32.self, at: 4))
        blockBytes = Int(chunk.little(UInt16.self, at: 12))
        sampleBits = Int(chunk.little(UInt16.self, at: 14))
    }

    func input(data: Range<Int>) -> AudioInput? {
        guard AudioInput.channelCounts.contains(channels) else { return nil }
        if tag == .gsm { return gsmInput(data: data) }
        guard let (encoding, bytes) = sampleEncoding else { return nil }
        let frames = data.count / (bytes * channels)
        return AudioInput(
            container: "wav", sampleRate: sampleRate, channels: channels, exactFrames: frames,
            stream: .soundFile(
                format: Int32(SF_FORMAT_RAW) | Int32(SF_ENDIAN_LITTLE) | Int32(encoding), prefix: [],
                range: data.lowerBound..<data.lowerBound + frames * bytes * channels))
    }

    /// libsndfile's name of the encoding, and its bytes a sample.
    private var sampleEncoding: (Int, bytes: Int)? {
        switch (tag, sampleBits) {
        case (.pcm, 1...32):
            // Samples may lie in wider containers (24 bits in four bytes), which only the block size tells.
            let declared = blockBytes % channels == 0 ? blockBytes / channels : 0
            let narrowest = (sampleBits + 7) / 8
            let bytes = (narrowest...4).contains(declared) ? declared : narrowest
            return ([SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32][bytes - 1], bytes)
        case (.float, 32): return (SF_FORMAT_FLOAT, 4)
        case (.float, 64): return (SF_FORMAT_DOUBLE, 8)
        case (.muLaw, 8): return (SF_FORMAT_ULAW, 1)
        case (.aLaw, 8): return (SF_FORMAT_ALAW, 1)
        default: return nil
        }
    }

    /// GSM 06.10 as Microsoft packs it: two frames, 320 samples, in 65 bytes. libsndfile knows it only
    /// inside WAVE, so it gets a header of ours.
    private func gsmInput(data: Range<Int>) -> AudioInput? {
        let blocks = data.count / 65
        guard channels == 1, let dataBytes = UInt32(exactly: blocks * 65), let rate = UInt32(exactly: sampleRate) else { return nil }
        func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        let format: [UInt8] =
            Array("fmt ".utf8) + little(UInt32(20)) + little(Tag.gsm.rawValue) + little(UInt16(1)) + little(rate)
            + little(rate / 320 * 65) + little(UInt16(65)) + little(UInt16(0)) + little(UInt16(2)) + little(UInt16(320))
        let riff = Array("RIFF".utf8) + little(4 + UInt32(format.count) + 8 &+ dataBytes) + Array("WAVE".utf8)
        return AudioInput(
            container: "wav", sampleRate: sampleRate, channels: 1, exactFrames: blocks * 320,
            stream: .soundFile(
                format: nil, prefix: riff + format + Array("data".utf8) + little(dataBytes),
                range: data.lowerBound..<data.lowerBound + blocks * 65))
    }
}
