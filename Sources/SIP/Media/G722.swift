/// Speech of 16,000 samples a second in the bytes of 8,000 (ITU-T G.722, 64 kbit/s): the lower half of the band in six bits, the upper in two, each told as
/// the difference from what was foreseen. Both sides foresee the same, so both are here.
enum G722 {
    /// Makes samples of bytes.
    struct Decoder: Sendable {
        private var low = G722Band(step: 32), high = G722Band(step: 8)
        private var delay = [Int32](repeating: 0, count: 24)

        /// Two samples.
        mutating func decode(_ byte: UInt8) -> (Int16, Int16) {
            let index = Int(byte & 0x3F), upper = Int(byte >> 6)
            let lower = G722.clip(low.expected &+ (low.step &* G722.levels6[index]) >> 15, 16_383)
            low.adaptLow(index >> 2)
            let difference = (high.step &* G722.levels2[upper]) >> 15
            let raised = G722.clip(difference &+ high.expected, 16_383)
            high.adaptHigh(upper)
            G722.shift(&delay)
            delay[22] = lower &+ raised
            delay[23] = lower &- raised
            let (even, odd) = G722.filter(delay)
            return (G722.sample(odd >> 11), G722.sample(even >> 11))
        }
    }

    /// Makes bytes of samples.
    struct Encoder: Sendable {
        private var low = G722Band(step: 32), high = G722Band(step: 8)
        private var delay = [Int32](repeating: 0, count: 24)

        mutating func encode(_ first: Int16, _ second: Int16) -> UInt8 {
            G722.shift(&delay)
            delay[22] = Int32(first)
            delay[23] = Int32(second)
            let (even, odd) = G722.filter(delay)
            let lower = low.index6(G722.saturate((odd &+ even) >> 14 &- low.expected))
            low.adaptLow(lower >> 2)
            let upper = high.index2(G722.saturate((odd &- even) >> 14 &- high.expected))
            high.adaptHigh(upper)
            return UInt8(truncatingIfNeeded: upper << 6 | lower)
        }
    }

    fileprivate static func shift(_ delay: inout [Int32]) {
        for place in 0..<22 { delay[place] = delay[place + 2] }
    }

    /// The two halves of the band, apart or together.
    fileprivate static func filter(_ delay: [Int32]) -> (even: Int32, odd: Int32) {
        var even: Int32 = 0, odd: Int32 = 0
        for place in 0..<12 {
            even &+= delay[2 * place] &* halves[place]
            odd &+= delay[2 * place + 1] &* halves[11 - place]
        }
        return (even, odd)
    }

    fileprivate static func saturate(_ value: Int32) -> Int32 { max(-32_768, min(32_767, value)) }
    fileprivate static func sample(_ value: Int32) -> Int16 { Int16(truncatingIfNeeded: saturate(value)) }
    fileprivate static func clip(_ value: Int32, _ limit: Int32) -> Int32 { max(-limit &- 1, min(limit, value)) }

    private static let halves: [Int32] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11]
    fileprivate static let levels2: [Int32] = [-7408, -1616, 7408, 1616]
    fileprivate static let levels4: [Int32] = [
        0, -20_456, -12_896, -8968, -6288, -4240, -2584, -1200, 20_456, 12_896, 8968, 6288, 4240, 2584, 1200, 0,
    ]
    fileprivate static let levels6: [Int32] = [
        -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232, -9360, -8576, -7856, -7192, -6576, -6000,
        -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280,
        11_192, 10_232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ]
}

/// What is foreseen of one half of the band, and how large its steps are.
private struct G722Band: Sendable {
    private(set) var expected: Int32 = 0
    private(set) var step: Int32
    private var zeros: Int32 = 0
    private var scale: Int32 = 0
    /// What was made of the last two, and without the poles.
    private var made: [Int32] = [0, 0, 0], partial: [Int32] = [0, 0, 0]
    private var poles: [Int32] = [0, 0, 0]
    private var differences = [Int32](repeating: 0, count: 7), weights = [Int32](repeating: 0, count: 7)

    init(step: Int32) { self.step = step }

    /// - Parameter index: of four bits.
    mutating func adaptLow(_ index: Int) {
        let difference = (step &* G722.levels4[index]) >> 15
        setScale(Self.growthLow[Self.classesLow[index]], most: 18_432, shift: 8)
        foresee(difference)
    }

    mutating func adaptHigh(_ index: Int) {
        let difference = (step &* G722.levels2[index]) >> 15
        setScale(Self.growthHigh[Self.classesHigh[index]], most: 22_528, shift: 10)
        foresee(difference)
    }

    private mutating func setScale(_ growth: Int32, most: Int32, shift: Int32) {
        scale = max(0, min(most, (scale &* 127) >> 7 &+ growth))
        let fraction = Self.powers[Int(scale >> 6 & 31)], down = shift &- scale >> 11
        step = (down < 0 ? fraction << -down : fraction >> down) << 2
    }

    // MARK: Choosing

    func index6(_ error: Int32) -> Int {
        let magnitude = error >= 0 ? error : -(error &+ 1)
        var place = 1
        while place < 30, magnitude >= (Self.decisions[place] &* step) >> 12 { place += 1 }
        return error < 0 ? (place == 1 ? 63 : place == 2 ? 62 : 34 - place) : 62 - place
    }

    func index2(_ error: Int32) -> Int {
        let magnitude = error >= 0 ? error : -(error &+ 1)
        let isLarge = magnitude >= (564 &* step) >> 12
        return error < 0 ? (isLarge ? 0 : 1) : (isLarge ? 2 : 3)
    }

    // MARK: Foreseeing

    private mutating func foresee(_ difference: Int32) {
        made[0] = G722.saturate(expected &+ difference)
        partial[0] = G722.saturate(zeros &+ difference)
        let signs = partial.map { $0 < 0 }
        var second = G722.saturate(poles[1] << 2)
        second = min(32_767, signs[0] == signs[1] ? -second : second) >> 7
        second = second &+ (signs[0] == signs[2] ? 128 : -128) &+ (poles[2] &* 32_512) >> 15
        second = max(-12_288, min(12_288, second))
        var first = G722.saturate((signs[0] == signs[1] ? 192 : -192) &+ (poles[1] &* 32_640) >> 15)
        let bound = G722.saturate(15_360 &- second)
        first = max(-bound, min(bound, first))
        differences[0] = difference
        let pull: Int32 = difference == 0 ? 0 : 128
        for place in 1...6 {
            let agrees = (differences[place] < 0) == (difference < 0)
            weights[place] = G722.saturate((agrees ? pull : -pull) &+ (weights[place] &* 32_640) >> 15)
        }
        for place in stride(from: 6, to: 0, by: -1) { differences[place] = differences[place - 1] }
        for place in [2, 1] {
            made[place] = made[place - 1]
            partial[place] = partial[place - 1]
        }
        (poles[1], poles[2]) = (first, second)
        let recurring = G722.saturate(
            (poles[1] &* G722.saturate(made[1] &+ made[1])) >> 15 &+ (poles[2] &* G722.saturate(made[2] &+ made[2])) >> 15)
        zeros = 0
        for place in 1...6 { zeros &+= (weights[place] &* G722.saturate(differences[place] &+ differences[place])) >> 15 }
        zeros = G722.saturate(zeros)
        expected = G722.saturate(recurring &+ zeros)
    }

    private static let growthLow: [Int32] = [-60, -30, 58, 172, 334, 538, 1198, 3042]
    private static let classesLow = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0]
    private static let growthHigh: [Int32] = [0, -214, 798]
    private static let classesHigh = [2, 1, 2, 1]
    private static let powers: [Int32] = [
        2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444,
        3520, 3597, 3676, 3756, 3838, 3922, 4008,
    ]
    private static let decisions: [Int32] = [
        0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557,
        2919,
    ]
}
