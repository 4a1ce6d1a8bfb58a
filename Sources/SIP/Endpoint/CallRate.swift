/// So many calls a second: as many may come at once, and more as time passes.
struct CallRate {
    private let perSecond: Double
    private var left: Double
    private var last: UInt64?

    init(_ perSecond: Int) {
        self.perSecond = Double(perSecond)
        left = Double(perSecond)
    }

    /// - Parameter now: milliseconds of a clock that never goes back.
    mutating func allows(now: UInt64) -> Bool {
        if let last, now > last { left = min(perSecond, left + Double(now - last) * perSecond / 1000) }
        last = now
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
