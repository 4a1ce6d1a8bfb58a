import CSndFile
import Voicemail

/// Encodes with libsndfile.
final class AudioEncoder: SampleEncoder {
    private let soundFile: SoundFile
    private let channels: Int
    private let takes16Bits: Bool

    /// - Throws: `AudioError.failed` when the format does not take such a rate or so many channels.
    init(_ file: VirtualFile, format: FileFormat, sampleRate: Int, channels: Int) throws(AudioError) {
        let info = RawSound(code: Int32(format.code), sampleRate: sampleRate, channels: channels).info
        soundFile = try SoundFile(file, mode: SFM_WRITE, info: info)
        self.channels = channels
        takes16Bits = format.takes16Bits
    }

    func write(_ samples: ArraySlice<Float>) throws(AudioError) {
        let frames = sf_count_t(samples.count / channels)
        let written =
            takes16Bits
            ? sf_writef_short(soundFile.handle, samples.converted(Sample.int16), frames)
            : sf_writef_float(soundFile.handle, samples.converted(Sample.clamp), frames)
        if let failure = soundFile.file.failure { throw failure }
        guard written == frames else { throw .failed("encoding audio: \(String(cString: sf_strerror(soundFile.handle)))") }
    }

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
