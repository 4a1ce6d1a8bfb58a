import CLame
import Voicemail

/// Encodes MP3 with LAME.
///
/// libsndfile encodes with LAME too, but offers no way to say how hard it should search for the last bit: its way takes more
/// than twice the time, for a difference that nobody hears in speech from a telephone.
final class MP3Encoder: SampleEncoder {
    private let lame: OpaquePointer
    private let file: VirtualFile
    private let channels: Int
    private var encoded: [UInt8] = []

    /// 0 searches longest, 9 least. From 7 on psychoacoustics still shape the noise, and nothing is tried twice.
    private static let effort: Int32 = 7

    /// - Throws: `AudioError.failed` for a rate that MPEG does not have, or more than two channels.
    init(_ file: VirtualFile, sampleRate: Int, channels: Int) throws(AudioError) {
        guard let lame = lame_init() else { throw .failed("no memory for the MP3 encoder") }
        self.lame = lame
        self.file = file
        self.channels = channels
        guard (1...2).contains(channels) else { throw .failed("MP3 with \(channels) channels") }
        let settings = [
            lame_set_num_channels(lame, Int32(channels)), lame_set_mode(lame, channels == 1 ? MONO : JOINT_STEREO),
            lame_set_in_samplerate(lame, Int32(clamping: sampleRate)), lame_set_out_samplerate(lame, Int32(clamping: sampleRate)),
            // Constant, so that players find any second of a half-downloaded file.
            lame_set_VBR(lame, vbr_off), lame_set_brate(lame, Self.bitrate(sampleRate: sampleRate) * Int32(channels)),
            lame_set_quality(lame, Self.effort), lame_set_bWriteVbrTag(lame, 1),
        ]
        guard settings.allSatisfy({ $0 >= 0 }), lame_init_params(lame) >= 0 else {
            throw .failed("the MP3 encoder refuses \(sampleRate) Hz and \(channels) channels")
        }
    }

    deinit { lame_close(lame) }

    /// Kilobits a second for each channel: plenty for speech, and just enough for the first frame to hold the note of
    /// the encoder's padding, without which the sound would seem up to 140 ms longer.
    private static func bitrate(sampleRate: Int) -> Int32 {
        sampleRate <= 8000 ? 24 : sampleRate <= 12000 ? 32 : sampleRate <= 16000 ? 40 : 64
    }

    /// The bytes of all that is written of a sound, at a constant bit rate: LAME puts a frame of information first, begins with half a frame
    /// of silence (a whole one of MPEG-2), and ends with as much at least.
    /// - Parameter count: samples per channel.
    static func size(ofFrames count: Int, sampleRate: Int, channels: Int) -> Int {
        let frameSamples = sampleRate >= 32000 ? 1152 : 576
        let delay = 576, used = count + delay
        var padding = frameSamples - used % frameSamples
        if padding < delay { padding += frameSamples }
        let frames = (used + padding) / frameSamples
        // If the bit rate does not come to whole bytes, some frames have one byte more.
        let bits = frameSamples / 8 * Int(bitrate(sampleRate: sampleRate)) * channels * 1000
        let (bytes, rest) = bits.quotientAndRemainder(dividingBy: sampleRate)
        return (frames + 1) * bytes + ((frames - 1) * rest + sampleRate - 1) / sampleRate
    }

    func write(_ samples: ArraySlice<Float>) throws(AudioError) {
        let clamped = samples.map(Sample.clamp)
        let frames = clamped.count / channels
        try put(room: frames * 5 / 4 + 7200) { space in
            clamped.withUnsafeBufferPointer { samples in
                channels == 1
                    ? lame_encode_buffer_ieee_float(lame, samples.baseAddress, samples.baseAddress, Int32(frames), space.baseAddress, Int32(space.count))
                    : lame_encode_buffer_interleaved_ieee_float(lame, samples.baseAddress, Int32(frames), space.baseAddress, Int32(space.count))
            }
        }
    }

    func finish() throws(AudioError) {
        try put(room: 7200) { lame_encode_flush(lame, $0.baseAddress, Int32($0.count)) }
        let end = file.position
        // The first frame, empty so far, says how much of the sound is the encoder's padding.
        file.position = 0
        try put(room: 2880) { space in
            let needed = lame_get_lametag_frame(lame, space.baseAddress, space.count)
            return needed <= space.count ? Int32(needed) : -1
        }
        file.position = end
    }

    /// Writes the bytes that `produce` leaves in a space of `room` bytes and counts.
    private func put(room: Int, _ produce: (UnsafeMutableBufferPointer<UInt8>) -> Int32) throws(AudioError) {
        if encoded.count < room { encoded = [UInt8](repeating: 0, count: room) }
        let count = encoded.withUnsafeMutableBufferPointer { produce($0) }
        guard count >= 0 else { throw .failed("the MP3 encoder failed with \(count)") }
        encoded.withUnsafeBytes { bytes in
            _ = file.attempt { () throws(AudioError) in
                try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<Int(count)]))
                return Int(count)
            }
        }
        if let failure = file.failure { throw failure }
    }
}
