/// The head of a WAV file for sound as it came over the wire: a master is not decoded and coded again.
enum WaveHeader {
    /// - Parameters:
    ///   - format: 7 for µ-law, 6 for A-law (RFC 2361).
    ///   - count: bytes of sound, one a sample.
    static func bytes(format: Int, count: Int) -> [UInt8] {
        Array("RIFF".utf8) + word(50 + count + count % 2) + Array("WAVEfmt ".utf8) + word(18) + half(format) + half(1) + word(8000) + word(8000) + half(1)
            + half(8) + half(0) + Array("fact".utf8) + word(4) + word(count) + Array("data".utf8) + word(count)
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private static func half(_ value: Int) -> [UInt8] { Array(word(value).prefix(2)) }
}
