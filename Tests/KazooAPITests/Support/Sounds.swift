/// Audio made here, byte by byte.
enum Sounds {
    /// A WAV file of silence: 8 kHz, 16 bit, mono.
    static func wav(milliseconds: Int) -> [UInt8] {
        let samples = milliseconds * 8
        return header(dataBytes: samples * 2) + [UInt8](repeating: 0, count: samples * 2)
    }

    /// A WAV file of exactly this many bytes, which differ from each other; at least 44, and even.
    static func wav(bytes: Int) -> [UInt8] {
        header(dataBytes: bytes - 44) + (0..<(bytes - 44)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private static func header(dataBytes: Int) -> [UInt8] {
        Array("RIFF".utf8) + little(36 + dataBytes, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(1, 2) + little(8000, 4)
            + little(16000, 4) + little(2, 2) + little(16, 2) + Array("data".utf8) + little(dataBytes, 4)
    }

    private static func little(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
