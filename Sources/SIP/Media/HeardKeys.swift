import Foundation

/// Keys that are only heard: two tones at once (ITU-T Q.23, Q.24), for callers whose telephone system sends keys in no other way.
struct HeardKeys {
    /// The rows', then the columns'.
    private static let tones: SIMD8<Float> = [697, 770, 852, 941, 1209, 1336, 1477, 1633]
    private static let coefficients = SIMD8<Float>(tones.indices.map { 2 * cos(2 * .pi * tones[$0] / Float(Clip.rate)) })
    private static let keys = [Array("123A"), Array("456B"), Array("789C"), Array("*0#D")]

    /// Samples that are judged together: twenty milliseconds.
    private static let block = Clip.rate / 50
    /// Blocks that a key must last, and that must be without it before it counts again.
    private static let patience = 2
    /// What is less loud is none: the mean square of samples.
    private static let faintest: Float = 40_000
    /// The part of the energy that both tones have together, and that each has, where they are off by as much as the recommendation allows. Speech seldom
    /// comes near.
    private static let together: Float = 0.55, each: Float = 0.12

    private var pending: [Int16] = []
    private var candidate: Character?
    private var count = 0
    private var quiet = 0
    /// The key that is down and was told.
    private var told: Character?

    /// - Parameter samples: 8,000 a second, in the order they were spoken.
    /// - Returns: keys that were pressed in them, each once.
    mutating func hear(_ samples: some Collection<Int16>) -> [Character] {
        pending += samples
        var found: [Character] = []
        while pending.count >= Self.block {
            if let key = judge(pending.withUnsafeBufferPointer { Self.key(in: $0.prefix(Self.block)) }) { found.append(key) }
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

    private static func key(in samples: Slice<UnsafeBufferPointer<Int16>>) -> Character? {
        let energy = Float(samples.reduce(0) { $0 + Int($1) * Int($1) })
        guard energy >= faintest * Float(samples.count) else { return nil }
        let shares = shares(in: samples, energy)
        func strongest(_ shares: SIMD4<Float>) -> (place: Int, share: Float) {
            let best = shares.max()
            return (shares.indices.first { shares[$0] == best } ?? 0, best)
        }
        let row = strongest(shares.lowHalf), column = strongest(shares.highHalf)
        guard row.share >= each, column.share >= each, row.share + column.share >= together else { return nil }
        return keys[row.place][column.place]
    }

    /// The part of the energy that is at each tone (Goertzel), all of them side by side.
    private static func shares(in samples: Slice<UnsafeBufferPointer<Int16>>, _ energy: Float) -> SIMD8<Float> {
        let coefficients = coefficients
        var first = SIMD8<Float>.zero, second = SIMD8<Float>.zero
        for sample in samples { (first, second) = (Float(sample) + coefficients * first - second, first) }
        return 2 * (first * first + second * second - coefficients * first * second) / (Float(samples.count) * energy)
    }
}
