import Foundation

/// Keys that are only heard: two tones at once (ITU-T Q.23, Q.24), for callers whose telephone system sends keys in no other way.
struct HeardKeys {
    private static let rows = [697.0, 770, 852, 941], columns = [1209.0, 1336, 1477, 1633]
    private static let keys = [Array("123A"), Array("456B"), Array("789C"), Array("*0#D")]

    /// Samples that are judged together: twenty milliseconds.
    private static let block = Clip.rate / 50
    /// Blocks that a key must last, and that must be without it before it counts again.
    private static let patience = 2
    /// What is less loud is none: the mean square of samples.
    private static let faintest = 40_000.0
    /// The part of the energy that both tones have together, and that each has, where they are off by as much as the recommendation allows. Speech seldom
    /// comes near.
    private static let together = 0.55, each = 0.12

    private var pending: [Int16] = []
    private var candidate: Character?
    private var count = 0
    private var quiet = 0
    /// The key that is down and was told.
    private var told: Character?

    /// - Parameter samples: 8,000 a second, in the order they were spoken.
    /// - Returns: keys that were pressed in them, each once.
    mutating func hear(_ samples: [Int16]) -> [Character] {
        pending += samples
        var found: [Character] = []
        while pending.count >= Self.block {
            if let key = judge(Self.key(in: pending.prefix(Self.block))) { found.append(key) }
            pending.removeFirst(Self.block)
        }
        return found
    }

    private mutating func judge(_ key: Character?) -> Character? {
        count = key != nil && key == candidate ? count + 1 : 1
        candidate = key
        if key == nil || key != told { quiet += 1 } else { quiet = 0 }
        if quiet >= Self.patience { told = nil }
        guard let key, count >= Self.patience, told == nil else { return nil }
        (told, quiet) = (key, 0)
        return key
    }

    private static func key(in samples: ArraySlice<Int16>) -> Character? {
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard energy >= faintest * Double(samples.count) else { return nil }
        func strongest(_ tones: [Double]) -> (place: Int, share: Double) {
            let shares = tones.map { share(of: $0, in: samples, energy) }
            let best = shares.max() ?? 0
            return (shares.firstIndex(of: best) ?? 0, best)
        }
        let row = strongest(rows), column = strongest(columns)
        guard row.share >= each, column.share >= each, row.share + column.share >= together else { return nil }
        return keys[row.place][column.place]
    }

    /// The part of the energy that is at a frequency (Goertzel).
    private static func share(of hertz: Double, in samples: ArraySlice<Int16>, _ energy: Double) -> Double {
        let coefficient = 2 * cos(2 * .pi * hertz / Double(Clip.rate))
        var first = 0.0, second = 0.0
        for sample in samples { (first, second) = (Double(sample) + coefficient * first - second, first) }
        return 2 * (first * first + second * second - coefficient * first * second) / (Double(samples.count) * energy)
    }
}
