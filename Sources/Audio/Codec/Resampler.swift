import CSoxr
import Voicemail

/// Changes the sample rate of a stream with libsoxr, block by block. Belongs to one conversion and is used on its thread only.
final class Resampler {
    private let handle: soxr_t
    private let channels: Int
    private var output: [Float]

    private static let blockFrames = 8192

    init(from inputRate: Int, to outputRate: Int, channels: Int) throws(AudioError) {
        var problem: soxr_error_t?
        // 20 bits and linear phase: nothing audible is lost, and a 16-bit rendering cannot show more.
        var quality = soxr_quality_spec(UInt(SOXR_20_BITQ), 0)
        var runtime = soxr_runtime_spec(1)
        guard let handle = soxr_create(Double(inputRate), Double(outputRate), UInt32(channels), &problem, nil, &quality, &runtime) else {
            throw .failed("no resampler: \(problem.map { String(cString: $0) } ?? "")")
        }
        self.handle = handle
        self.channels = channels
        output = [Float](repeating: 0, count: Self.blockFrames * channels)
    }

    deinit { soxr_delete(handle) }

    /// Takes interleaved `samples` and hands on what they complete.
    func feed(_ samples: ArraySlice<Float>, _ emit: (ArraySlice<Float>) throws(AudioError) -> Void) throws(AudioError) {
        let frames = samples.count / channels
        var used = 0
        var made = 0
        repeat {
            var taken = 0
            let problem = samples.withUnsafeBufferPointer { samples in
                let rest = samples.baseAddress?.advanced(by: used * channels)
                return soxr_process(handle, rest, frames - used, &taken, &output, Self.blockFrames, &made)
            }
            try emitBlock(made, problem, emit)
            used += taken
        } while used < frames || made == Self.blockFrames
    }

    /// Hands on what the filter still holds; nothing may be fed afterwards.
    func finish(_ emit: (ArraySlice<Float>) throws(AudioError) -> Void) throws(AudioError) {
        var made = 0
        repeat {
            let problem = soxr_process(handle, nil, 0, nil, &output, Self.blockFrames, &made)
            try emitBlock(made, problem, emit)
        } while made > 0
    }

    private func emitBlock(
        _ frames: Int, _ problem: soxr_error_t?, _ emit: (ArraySlice<Float>) throws(AudioError) -> Void
    ) throws(AudioError) {
        if let problem { throw .failed("resampling: \(String(cString: problem))") }
        if frames > 0 { try emit(output[..<(frames * channels)]) }
    }
}
