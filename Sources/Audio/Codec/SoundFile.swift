import CSndFile
import Voicemail

/// A format as libsndfile numbers it, with what it needs to be told of samples.
struct RawSound {
    let code: Int32
    let sampleRate: Int
    let channels: Int

    var info: SF_INFO {
        SF_INFO(frames: 0, samplerate: Int32(clamping: sampleRate), channels: Int32(clamping: channels), format: code, sections: 0, seekable: 0)
    }
}

/// libsndfile's handle, which is closed with its owner. Belongs to one conversion and is used on its thread only.
final class SoundFile {
    let handle: OpaquePointer
    let info: SF_INFO
    /// Held because the library calls back into it until the handle is closed.
    let file: VirtualFile
    private var isOpen = true

    /// - Throws: `AudioError.undecodable` when the library does not take what it reads, `.failed` when it does
    ///   not write such a format.
    init(_ file: VirtualFile, mode: Int, info asked: SF_INFO) throws(AudioError) {
        var info = asked
        var callbacks = SF_VIRTUAL_IO.virtualFile
        guard let handle = sf_open_virtual(&callbacks, Int32(mode), &info, file.context) else {
            throw file.failure ?? (mode == SFM_READ ? .undecodable : .failed("no encoder: \(String(cString: sf_strerror(nil)))"))
        }
        self.handle = handle
        self.info = info
        self.file = file
    }

    /// Writes what the library still holds.
    /// - Throws: `AudioError.failed`, or what the file met.
    func close() throws(AudioError) {
        isOpen = false
        let status = sf_close(handle)
        if let failure = file.failure { throw failure }
        guard status == 0 else { throw .failed("closing audio: \(String(cString: sf_error_number(status)))") }
    }

    deinit {
        if isOpen { sf_close(handle) }
    }
}

/// Interleaved samples, -1…1, block by block from the start of a piece of audio to its end.
protocol SampleDecoder: AnyObject {
    var sampleRate: Int { get }
    var channels: Int { get }

    /// Fills `block`, whose count is a multiple of `channels`.
    /// - Returns: samples per channel; 0 at the end, which is also where damage stops the decoder.
    func read(into block: inout [Float]) throws(AudioError) -> Int

    /// At the end: whether the decoder had to leave out something that should be sound.
    var isIncomplete: Bool { get }
}

/// Decodes with libsndfile.
final class SoundFileDecoder: SampleDecoder {
    private let soundFile: SoundFile
    let sampleRate: Int
    let channels: Int
    private(set) var isIncomplete = false
    private let statedFrames: Int?
    private var frames = 0

    private static let accepted: Set<Int> = [SF_FORMAT_RAW, SF_FORMAT_WAV, SF_FORMAT_OGG, SF_FORMAT_FLAC]

    /// - Parameters:
    ///   - raw: what samples without a header are; nil when the bytes say it themselves.
    ///   - statedFrames: samples per channel that there should be, where somebody says.
    init(_ window: SourceWindow, raw: RawSound?, statedFrames: Int? = nil) throws(AudioError) {
        self.statedFrames = statedFrames
        let info = raw?.info ?? SF_INFO(frames: 0, samplerate: 0, channels: 0, format: 0, sections: 0, seekable: 0)
        soundFile = try SoundFile(window, mode: SFM_READ, info: info)
        sampleRate = Int(soundFile.info.samplerate)
        channels = Int(soundFile.info.channels)
        // The library must have found the format that the bytes were recognised as.
        guard Self.accepted.contains(Int(soundFile.info.format) & SF_FORMAT_TYPEMASK),
            AudioInput.sampleRates.contains(sampleRate), AudioInput.channelCounts.contains(channels)
        else { throw .undecodable }
    }

    func read(into block: inout [Float]) throws(AudioError) -> Int {
        let frames = block.withUnsafeMutableBufferPointer { samples in
            sf_readf_float(soundFile.handle, samples.baseAddress, sf_count_t(samples.count / channels))
        }
        if let failure = soundFile.file.failure { throw failure }
        self.frames += max(0, Int(frames))
        let isFaulty = sf_error(soundFile.handle) != SF_ERR_NO_ERROR
        if let statedFrames {
            // Behind the last sample anything may follow, which a decoder complains of.
            if self.frames < statedFrames, isFaulty || frames <= 0 { isIncomplete = true }
        } else if isFaulty {
            isIncomplete = true
        }
        return max(0, Int(frames))
    }
}
