import CSndFile
import Voicemail

/// Raw GSM 06.10: frames of 33 bytes, 160 samples each at 8 kHz, one channel, without any header.
enum GSMInput {
    static let frameBytes = 33
    static let frameSamples = 160
    /// The high half of every frame's first byte (the signature that Asterisk, SoX and libgsm write).
    static let signature: UInt8 = 0xD
    /// Five signatures in a row come once in a million random files, and 100 ms is less than any message.
    static let fewestFrames = 5

    /// Accepts only when every frame, also one cut short at the end, bears the signature.
    static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        let frames = source.size / frameBytes
        guard frames >= fewestFrames else { return nil }
        for offset in stride(from: 0, to: source.size, by: frameBytes) {
            guard let first = try source.byte(at: offset), first >> 4 == signature else { return nil }
        }
        // Cyrillic text is full of bytes D0 and D1; no stretch of speech is valid UTF-8. The sample may
        // end inside a character, which has at most four bytes.
        let sample = try source.bytes(at: 0, count: frameBytes * fewestFrames)
        guard !(0..<4).contains(where: { String(validating: sample.dropLast($0), as: UTF8.self) != nil }) else { return nil }
        return AudioInput(
            container: .gsm, sampleRate: 8000, channels: 1, exactFrames: frames * frameSamples,
            stream: .soundFile(
                format: Int32(SF_FORMAT_RAW) | Int32(SF_FORMAT_GSM610), prefix: [], range: 0..<frames * frameBytes))
    }
}
