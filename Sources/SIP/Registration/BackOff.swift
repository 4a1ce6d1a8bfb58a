/// How long to wait before something is tried again that has failed: longer each time, and not as long as others who have failed at the same time.
struct BackOff {
    private static let shortest = 5.0, longest = 300.0
    /// What only somebody who changes a setting can mend is tried no more often than this.
    private static let hopeless = 60.0

    /// Seconds.
    /// - Parameter failures: in a row, this one counted.
    static func range(after failures: Int, isHopeless: Bool = false) -> ClosedRange<Double> {
        var most = shortest
        for _ in 1..<max(2, min(failures, 16)) where failures > 1 { most = min(longest, most * 2) }
        if isHopeless { most = max(most, hopeless) }
        return most / 2...most
    }
}
