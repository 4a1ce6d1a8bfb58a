import SIP

/// The head of a WAV file. Sound whose bytes are samples stays as it came over the wire; other sound is decoded, as no WAV file of it is understood
/// everywhere.
enum WaveHeader {
    /// - Parameter ticks: bytes of sound as it came.
    static func bytes(_ format: SoundFormat, ticks: Int) -> [UInt8] {
        switch format {
        case .muLaw: companded(7, ticks)
        case .aLaw: companded(6, ticks)
        case .g722, .opus: plain(rate: format.rate, count: ticks * 2 * format.rate / Clip.rate)
        }
    }

    /// - Parameter kind: of RFC 2361.
    private static func companded(_ kind: Int, _ count: Int) -> [UInt8] {
        Array("RIFF".utf8) + word(50 + count + count % 2) + Array("WAVEfmt ".utf8) + word(18) + half(kind) + half(1) + word(8000) + word(8000) + half(1)
            + half(8) + half(0) + Array("fact".utf8) + word(4) + word(count) + Array("data".utf8) + word(count)
    }

    /// Of 16 bits, one channel.
    private static func plain(rate: Int, count: Int) -> [UInt8] {
        Array("RIFF".utf8) + word(36 + count) + Array("WAVEfmt ".utf8) + word(16) + half(1) + half(1) + word(rate) + word(rate * 2) + half(2) + half(16)
            + Array("data".utf8) + word(count)
    }

    static func samples(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private static func half(_ value: Int) -> [UInt8] { Array(word(value).prefix(2)) }
}
