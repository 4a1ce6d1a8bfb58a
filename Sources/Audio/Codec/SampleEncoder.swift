import Voicemail

/// Encodes interleaved samples into a file. Belongs to one conversion and is used on its thread only.
protocol SampleEncoder: AnyObject {
    /// Writes `samples`, whose count is a multiple of the channels. Louder than -1…1 is clipped.
    func write(_ samples: ArraySlice<Float>) throws(AudioError)

    /// Writes what is left and the final header.
    func finish() throws(AudioError)
}

extension FileFormat {
    /// - Throws: `AudioError.failed` when the format does not take such a rate or so many channels.
    func encoder(_ file: VirtualFile, sampleRate: Int, channels: Int) throws(AudioError) -> any SampleEncoder {
        self == .mp3
            ? try MP3Encoder(file, sampleRate: sampleRate, channels: channels)
            : try AudioEncoder(file, format: self, sampleRate: sampleRate, channels: channels)
    }
}
