/// Sounds that can be told apart, and told whole, by their bytes alone.
public enum Sound {
    /// The number that a sound of a writer carries.
    public static func key(_ writer: Int, _ serial: Int) -> Int { writer * 1_000_000 + serial }

    /// A WAV file of 2 to 60 KiB that follows from the writer and a number.
    public static func bytes(_ writer: Int, _ serial: Int) -> [UInt8] {
        let key = key(writer, serial)
        var random = SeededRandom(seed: UInt64(key + 1))
        let count = 2_048 + 2 * Int.random(in: 0..<29_000, using: &random)
        var data = little(key, 8)
        data.reserveCapacity(count)
        while data.count < count { data += little(Int(truncatingIfNeeded: random.next()), 8) }
        data = Array(data.prefix(count))
        return Array("RIFF".utf8) + little(36 + count, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(1, 2) + little(8000, 4)
            + little(16000, 4) + little(2, 2) + little(16, 2) + Array("data".utf8) + little(count, 4) + data
    }

    /// The number that a sound was made from; nil unless every byte is as it was made.
    public static func number(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 52 else { return nil }
        let key = (0..<8).reduce(0) { $0 | Int(bytes[44 + $1]) << (8 * $1) }
        guard key >= 0, key < 1_000_000_000, self.bytes(key / 1_000_000, key % 1_000_000) == bytes else { return nil }
        return key
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
