import CMpg123
import Voicemail

/// Decodes MP3 with libmpg123.
///
/// libsndfile decodes MP3 with the same library, but stops at a length guessed from the first frames when the
/// file does not state one (a third of the sound of some variable-rate files), and lets the library
/// write its complaints about damaged files to standard error.
final class MPEGDecoder: SampleDecoder {
    let sampleRate: Int
    let channels: Int
    private let handle: OpaquePointer
    private let window: SourceWindow
    private var ended = false
    private(set) var isIncomplete = false

    /// Fills the library's tables, which older versions need once before anything else.
    private static let isReady = mpg123_init() == MPG123_OK.rawValue

    /// - Parameter trustsInfoFrame: whether the count of frames in an info frame is true; the padding that the
    ///   encoder added is then cut off. Otherwise the info frame is passed over as silence.
    init(_ window: SourceWindow, sampleRate: Int, channels: Int, trustsInfoFrame: Bool) throws(AudioError) {
        guard Self.isReady, let handle = mpg123_new(nil, nil) else { throw .failed("no MP3 decoder") }
        self.sampleRate = sampleRate
        self.channels = channels
        self.handle = handle
        self.window = window
        // Quiet, and a stream: no jump to the end to guess a length there, no tags, and an end where the
        // format changes half way, which it does not among the frames it is given.
        var flags = [
            MPG123_QUIET, MPG123_GAPLESS, MPG123_FORCE_FLOAT, MPG123_SKIP_ID3V2, MPG123_NO_PEEK_END, MPG123_NO_FRANKENSTEIN,
        ]
        if !trustsInfoFrame { flags.append(MPG123_IGNORE_INFOFRAME) }
        let mask = flags.reduce(0) { $0 | Int($1.rawValue) }
        let isOpen =
            mpg123_param(handle, MPG123_FLAGS, mask, 0) == MPG123_OK.rawValue
            && mpg123_param(handle, MPG123_RESYNC_LIMIT, -1, 0) == MPG123_OK.rawValue
            && mpg123_format_none(handle) == MPG123_OK.rawValue
            && mpg123_format(handle, sampleRate, Int32(channels), Int32(MPG123_ENC_FLOAT_32.rawValue)) == MPG123_OK.rawValue
            && mpg123_replace_reader_handle(handle, Self.readBytes, Self.seekBytes, nil) == MPG123_OK.rawValue
            && mpg123_open_handle(handle, window.context) == MPG123_OK.rawValue
        guard isOpen else {
            mpg123_delete(handle)
            throw window.failure ?? .undecodable
        }
    }

    deinit { mpg123_delete(handle) }

    private static let readBytes: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int) -> Int = { context, destination, count in
        guard let file = VirtualFile.from(context), let destination, count > 0 else { return 0 }
        let buffer = UnsafeMutableRawBufferPointer(start: destination, count: count)
        return file.attempt { () throws(AudioError) in try file.read(into: buffer) }
    }

    private static let seekBytes: @convention(c) (UnsafeMutableRawPointer?, off_t, Int32) -> off_t = { context, offset, whence in
        off_t(VirtualFile.from(context)?.seek(to: Int(offset), from: whence) ?? -1)
    }

    func read(into block: inout [Float]) throws(AudioError) -> Int {
        let bytesPerFrame = MemoryLayout<Float>.size * channels
        while !ended {
            var done = 0
            let status = block.withUnsafeMutableBytes { bytes in
                mpg123_read(handle, bytes.baseAddress, bytes.count, &done)
            }
            if let failure = window.failure { throw failure }
            // The first answer is a new format, the one asked for; any other status but "fine" is the end.
            if status != MPG123_OK.rawValue && status != MPG123_NEW_FORMAT.rawValue {
                ended = true
                isIncomplete = status != MPG123_DONE.rawValue
            }
            if done >= bytesPerFrame { return done / bytesPerFrame }
            if status == MPG123_OK.rawValue, done == 0 { ended = true }
        }
        return 0
    }
}
