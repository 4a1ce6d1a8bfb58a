import Voicemail

/// How a piece of audio becomes a rendition: decode, mix, change the rate, encode, a block at a time.
struct Rendering {
    private let format: FileFormat
    private let sampleRate: Int
    private let mixer: Mixer

    /// The sample rates of MPEG-1, 2 and 2.5.
    private static let mp3Rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]

    /// The next higher rate that MP3 has.
    static func mp3Rate(_ wanted: Int) -> Int { mp3Rates.first { $0 >= wanted } ?? 48000 }

    /// - Throws: `AudioError.failed` when no audio has the rate asked for.
    init(_ rendition: Rendition, of decoder: any SampleDecoder) throws(AudioError) {
        let wanted = rendition.sampleRate ?? decoder.sampleRate
        guard AudioInput.sampleRates.contains(wanted) else { throw .failed("no rendering at \(wanted) Hz") }
        switch rendition.container {
        case .wav:
            format = .wavPCM16
            sampleRate = wanted
        case .mp3:
            format = .mp3
            sampleRate = Self.mp3Rate(wanted)
        case .gsm:
            format = .gsm
            sampleRate = 8000
        }
        mixer = Mixer(channels: decoder.channels, mono: rendition.mono || rendition.container == .gsm)
    }

    /// Writes `decoding` to `file`.
    /// - Throws: `AudioError`, `CancellationError`. The file is then of no use.
    func run(_ decoding: Decoding, to file: VirtualFile) throws {
        let encoder = try format.encoder(file, sampleRate: sampleRate, channels: mixer.outputs)
        let inputRate = decoding.decoder.sampleRate
        let resampler = inputRate == sampleRate ? nil : try Resampler(from: inputRate, to: sampleRate, channels: mixer.outputs)
        var mixed: [Float] = []
        var written = 0
        let frames = try decoding.forEachBlock { block in
            mixer.mix(block, into: &mixed)
            if let resampler {
                try resampler.feed(mixed[...]) { (samples) throws(AudioError) in
                    written += samples.count / mixer.outputs
                    try encoder.write(samples)
                }
            } else {
                try encoder.write(mixed[...])
            }
        }
        if let resampler {
            // As many samples as the length comes to, not one more or fewer by the filter's rounding: clients are told sizes beforehand.
            var missing = AudioFacts.frames(frames, from: inputRate, to: sampleRate) - written
            try resampler.finish { (samples) throws(AudioError) in
                let taken = min(max(0, missing), samples.count / mixer.outputs)
                missing -= taken
                if taken > 0 { try encoder.write(samples.prefix(taken * mixer.outputs)) }
            }
            if missing > 0 { try encoder.write([Float](repeating: 0, count: missing * mixer.outputs)[...]) }
        }
        try encoder.finish()
    }
}
