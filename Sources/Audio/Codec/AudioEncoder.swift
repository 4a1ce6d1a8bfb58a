import CSndFile
import Voicemail

/// Encodes interleaved samples into a file. Belongs to one conversion and is used on its thread only.
final class AudioEncoder {
    private let soundFile: SoundFile
    private let channels: Int
    private let takes16Bits: Bool

    /// - Throws: `AudioError.failed` when the format does not take such a rate or so many channels.
    init(_ file: VirtualFile, format: FileFormat, sampleRate: Int, channels: Int) throws(AudioError) {
        let info = SoundFormat(code: Int32(format.code), sampleRate: sampleRate, channels: channels).info
        soundFile = try SoundFile(file, mode: SFM_WRITE, info: info)
        self.channels = channels
        takes16Bits = format.takes16Bits
        if format == .mp3 { try setSpeechBitrate(sampleRate: sampleRate) }
    }

    /// Constant bit rate, so that players find any second of a half-downloaded file. libsndfile wants it as a place
    /// between the least and the greatest bit rate of the MPEG version.
    private func setSpeechBitrate(sampleRate: Int) throws(AudioError) {
        // Kilobits a second for each channel: plenty for speech, and just enough for the first frame to hold the note of
        // the encoder's padding, without which the sound would seem up to 140 ms longer.
        let perChannel: Double = sampleRate <= 8000 ? 24 : sampleRate <= 12000 ? 32 : sampleRate <= 16000 ? 40 : 64
        let (least, greatest): (Double, Double) = sampleRate < 16000 ? (8, 64) : sampleRate < 32000 ? (8, 160) : (32, 320)
        // Half a kilobit more, because the library cuts the fraction off.
        var level = max(0, greatest - perChannel * Double(channels) - 0.5) / (greatest - least)
        var mode = Int32(SF_BITRATE_MODE_CONSTANT)
        // In this order: the level is read anew under the mode, and without a level the mode is refused.
        guard sf_command(soundFile.handle, Int32(SFC_SET_COMPRESSION_LEVEL), &level, Int32(MemoryLayout<Double>.size)) == SF_TRUE,
            sf_command(soundFile.handle, Int32(SFC_SET_BITRATE_MODE), &mode, Int32(MemoryLayout<Int32>.size)) == SF_TRUE
        else { throw .failed("the MP3 encoder refuses its bit rate") }
    }

    /// Writes `samples`, whose count is a multiple of the channels. Louder than -1…1 is clipped.
    func write(_ samples: ArraySlice<Float>) throws(AudioError) {
        let frames = sf_count_t(samples.count / channels)
        let written =
            takes16Bits
            ? sf_writef_short(soundFile.handle, samples.converted(Sample.int16), frames)
            : sf_writef_float(soundFile.handle, samples.converted(Sample.clamp), frames)
        if let failure = soundFile.file.failure { throw failure }
        guard written == frames else { throw .failed("encoding audio: \(String(cString: sf_strerror(soundFile.handle)))") }
    }

    /// Writes what is left and the final header.
    func finish() throws(AudioError) { try soundFile.close() }
}

/// One sample, -1…1.
enum Sample {
    /// A sample that any encoder can take: within -1…1, and silence where a file holds no number.
    static func clamp(_ sample: Float) -> Float {
        sample >= -1 ? min(sample, 1) : sample < -1 ? -1 : 0
    }

    /// To the nearest of 16 bits.
    static func int16(_ sample: Float) -> Int16 {
        let scaled = clamp(sample) * 32768
        return Int16(clamping: Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
    }
}

extension ArraySlice<Float> {
    /// Every sample converted, without a check of bounds for each.
    @inline(__always)
    fileprivate func converted<Result>(_ convert: (Float) -> Result) -> [Result] {
        [Result](unsafeUninitializedCapacity: count) { results, count in
            count = results.count
            withUnsafeBufferPointer { samples in
                for index in 0..<count { results.initializeElement(at: index, to: convert(samples[index])) }
            }
        }
    }
}
