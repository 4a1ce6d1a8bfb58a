/// G.711 once more, by search and not by formula: what the server says and hears is checked with something that it was not made from.
public enum TestLaw {
    /// By chord and step, as the tables of the recommendation are drawn: µ-law has a bias of 33 in units of 14 bits.
    public static func sample(muLaw byte: UInt8) -> Int {
        let inverted = ~byte
        let chord = Int(inverted >> 4 & 7), step = Int(inverted & 15)
        let magnitude = ((2 * step + 33) << chord - 33) * 4
        return inverted & 0x80 == 0 ? magnitude : -magnitude
    }

    public static func sample(aLaw byte: UInt8) -> Int {
        let even = byte ^ 0x55
        let chord = Int(even >> 4 & 7), step = Int(even & 15)
        let magnitude = (chord == 0 ? 2 * step + 1 : (2 * step + 33) << (chord - 1)) * 8
        return even & 0x80 == 0 ? -magnitude : magnitude
    }

    public static func muLaw(_ sample: Int) -> UInt8 { nearest(sample, muLawTable) }
    public static func aLaw(_ sample: Int) -> UInt8 { nearest(sample, aLawTable) }

    private static let muLawTable = table { sample(muLaw: $0) }
    private static let aLawTable = table { sample(aLaw: $0) }

    private static func table(_ decode: (UInt8) -> Int) -> [(sample: Int, byte: UInt8)] {
        (0...255).map { (decode(UInt8($0)), UInt8($0)) }.sorted { $0.sample < $1.sample }
    }

    private static func nearest(_ sample: Int, _ table: [(sample: Int, byte: UInt8)]) -> UInt8 {
        var low = 0, high = table.count - 1
        while low < high {
            let middle = (low + high) / 2
            if table[middle].sample < sample { low = middle + 1 } else { high = middle }
        }
        if low > 0, sample - table[low - 1].sample < table[low].sample - sample { low -= 1 }
        return table[low].byte
    }
}
