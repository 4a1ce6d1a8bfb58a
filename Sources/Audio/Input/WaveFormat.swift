import CSndFile
import Voicemail

/// What a `fmt ` chunk says.
struct WaveFormat {
    /// Registered format numbers (RFC 2361); the extensible one names the real one in its first two bytes of GUID.
    private enum Tag: UInt16 {
        case pcm = 1
        case microsoftADPCM = 2
        case float = 3
        case aLaw = 6
        case muLaw = 7
        case imaADPCM = 0x11
        case gsm = 0x31
        case g721 = 0x40
        case mp3 = 0x55
        case extensible = 0xFFFE
    }

    private let tag: Tag
    private let channels: Int
    private let sampleRate: Int
    private let blockBytes: Int
    private let bytesPerSecond: UInt32
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
        bytesPerSecond = chunk.little(UInt32.self, at: 8)
        blockBytes = Int(chunk.little(UInt16.self, at: 12))
        sampleBits = Int(chunk.little(UInt16.self, at: 14))
    }

    /// - Parameters:
    ///   - data: the samples that are there.
    ///   - declared: how many bytes of them there should be; nil where nobody says.
    ///   - stated: samples per channel, as a `fact` chunk tells; 0 where it does not.
    func input(_ source: ByteSource, data: Range<Int>, declared: Int?, stated: Int) throws(AudioError) -> AudioInput? {
        guard AudioInput.channelCounts.contains(channels) else { return nil }
        switch tag {
        case .mp3:
            guard let sound = try MPEGInput.recognise(source, in: data) else { return nil }
            return AudioInput(container: .wav, sampleRate: sound.sampleRate, channels: sound.channels, stream: sound.stream)
        case .gsm, .microsoftADPCM, .imaADPCM, .g721:
            return blocks.flatMap { blockInput($0, data: data, declared: declared, stated: stated) }
        default:
            guard let (encoding, bytes) = sampleEncoding else { return nil }
            let frames = data.count / (bytes * channels)
            return AudioInput(
                container: .wav, sampleRate: sampleRate, channels: channels, exactFrames: frames,
                statedFrames: declared.map { $0 / (bytes * channels) },
                stream: .soundFile(
                    format: Int32(SF_FORMAT_RAW) | Int32(SF_ENDIAN_LITTLE) | Int32(encoding), prefix: [],
                    range: data.lowerBound..<data.lowerBound + frames * bytes * channels))
        }
    }

    /// libsndfile's name of the encoding, and its bytes a sample.
    private var sampleEncoding: (Int, bytes: Int)? {
        switch (tag, sampleBits) {
        case (.pcm, 1...32):
            // Of the block size only one use is known: 24 bits in four bytes. Any other that is not the samples' is wrong.
            let narrowest = (sampleBits + 7) / 8
            let bytes = narrowest == 3 && blockBytes == 4 * channels ? 4 : narrowest
            return ([SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32][bytes - 1], bytes)
        case (.float, 32): return (SF_FORMAT_FLOAT, 4)
        case (.float, 64): return (SF_FORMAT_DOUBLE, 8)
        // Always eight bits, whatever the field says: some programs write the 16 that they decode to, others 0.
        case (.muLaw, _): return (SF_FORMAT_ULAW, 1)
        case (.aLaw, _): return (SF_FORMAT_ALAW, 1)
        default: return nil
        }
    }

    /// Samples coded in blocks.
    private struct Blocks {
        let bytes: Int
        let samples: Int
        /// Each has the same length always, and any bytes decode.
        var isPlain = false
        /// What a block that is cut off still holds.
        var partial: (_ bytes: Int) -> Int = { _ in 0 }
    }

    /// nil where the sizes are not those of the code.
    private var blocks: Blocks? {
        let count = channels
        switch tag {
        case .gsm:
            // GSM 06.10 as Microsoft packs it: two frames, 320 samples, in 65 bytes.
            return count == 1 ? Blocks(bytes: 65, samples: 320, isPlain: true) : nil
        case .microsoftADPCM:
            guard count <= 2, blockBytes > 7 * count, (blockBytes - 7 * count) % count == 0 else { return nil }
            return Blocks(bytes: blockBytes, samples: 2 + 2 * (blockBytes - 7 * count) / count) { $0 < 7 * count ? 0 : 2 + 2 * ($0 - 7 * count) / count }
        case .imaADPCM:
            guard count <= 2, blockBytes > 4 * count, blockBytes % (4 * count) == 0 else { return nil }
            return Blocks(bytes: blockBytes, samples: 1 + 2 * (blockBytes - 4 * count) / count) { $0 < 4 * count ? 0 : 1 + ($0 - 4 * count) / (4 * count) * 8 }
        case .g721: return count == 1 ? Blocks(bytes: 60, samples: 120) { 2 * $0 } : nil
        default: return nil
        }
    }

    /// libsndfile knows these only inside WAVE, so it gets a header of ours.
    private func blockInput(_ blocks: Blocks, data: Range<Int>, declared: Int?, stated: Int) -> AudioInput? {
        func samples(_ bytes: Int) -> Int { bytes / blocks.bytes * blocks.samples + blocks.partial(bytes % blocks.bytes) }
        let used = blocks.partial(data.count % blocks.bytes) > 0 ? data.count : data.count / blocks.bytes * blocks.bytes
        guard let dataBytes = UInt32(exactly: used), dataBytes < UInt32.max - 256, let rate = UInt32(exactly: sampleRate), used > 0 else { return nil }
        // The last block is filled up; the `fact` chunk tells with how much.
        let all = samples(used)
        let frames = (max(1, all - blocks.samples + 1)...all).contains(stated) ? stated : all
        let prefix = header(blocks, rate: rate, dataBytes: dataBytes)
        return AudioInput(
            container: .wav, sampleRate: sampleRate, channels: channels, exactFrames: blocks.isPlain ? samples(used) : nil,
            mostFrames: blocks.isPlain ? nil : frames, statedFrames: declared.flatMap { $0 > used + blocks.bytes ? samples($0) : nil },
            stream: .soundFile(format: nil, prefix: prefix, range: data.lowerBound..<data.lowerBound + used))
    }

    private func header(_ blocks: Blocks, rate: UInt32, dataBytes: UInt32) -> [UInt8] {
        func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        var extra = little(UInt16(clamping: blocks.samples))
        if tag == .microsoftADPCM {
            // The seven pairs of coefficients that every encoder uses.
            let pairs: [Int16] = [256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232]
            extra += little(UInt16(7)) + pairs.flatMap { little($0) }
        }
        let bits: UInt16 = tag == .gsm ? 0 : 4
        let body =
            little(tag.rawValue) + little(UInt16(clamping: channels)) + little(rate) + little(bytesPerSecond)
            + little(UInt16(clamping: blocks.bytes)) + little(bits) + little(UInt16(clamping: extra.count)) + extra
        let format = Array("fmt ".utf8) + little(UInt32(clamping: body.count)) + body
        return Array("RIFF".utf8) + little(UInt32(clamping: format.count) + 12 &+ dataBytes) + Array("WAVE".utf8) + format
            + Array("data".utf8) + little(dataBytes)
    }
}
