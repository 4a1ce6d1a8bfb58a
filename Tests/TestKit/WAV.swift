/// WAV files made here, byte by byte: 16 bit.
public enum WAV {
    /// Silence, 8 kHz mono.
    public static func silence(milliseconds: Int) -> [UInt8] {
        file([UInt8](repeating: 0, count: milliseconds * 16))
    }

    /// A file of exactly this many bytes, no stretch of which is like another; at least 44, and even.
    public static func noise(bytes: Int, seed: UInt64 = 1) -> [UInt8] { file(Bytes.pattern(bytes - 44, seed: seed)) }

    /// A tone in each channel, by its frequency in hertz; 0 for silence.
    public static func tones(_ frequencies: [Double], milliseconds: Int, rate: Int = 8000) -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(milliseconds * rate / 1000 * 2 * frequencies.count)
        for sample in 0..<(milliseconds * rate / 1000) {
            for frequency in frequencies {
                // A triangle is as good as a sine for telling which channel it is in.
                let phase = (Double(sample) * frequency / Double(rate)).truncatingRemainder(dividingBy: 1)
                data += little(Int(((phase < 0.5 ? phase : 1 - phase) * 4 - 1) * (frequency == 0 ? 0 : 12_000)), 2)
            }
        }
        return file(data, channels: frequencies.count, rate: rate)
    }

    public static func file(_ data: [UInt8], channels: Int = 1, rate: Int = 8000) -> [UInt8] {
        Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(channels, 2)
            + little(rate, 4) + little(rate * channels * 2, 4) + little(channels * 2, 2) + little(16, 2) + Array("data".utf8) + little(data.count, 4)
            + data
    }

    private static func little(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
