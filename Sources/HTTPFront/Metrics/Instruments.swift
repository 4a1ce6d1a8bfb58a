import Synchronization

/// A number that only grows.
public final class MetricCounter: Sendable {
    private let total = Atomic<Int>(0)

    public func add(_ amount: Int = 1) {
        total.add(amount, ordering: .relaxed)
    }

    public var value: Int { total.load(ordering: .relaxed) }
}

/// A number that goes up and down.
public final class MetricGauge: Sendable {
    private let current = Atomic<Int>(0)

    public func set(_ value: Int) {
        current.store(value, ordering: .relaxed)
    }

    public func add(_ amount: Int) {
        current.add(amount, ordering: .relaxed)
    }

    public var value: Int { current.load(ordering: .relaxed) }
}

/// How observations are spread over fixed buckets.
public final class MetricHistogram: Sendable {
    struct Snapshot: Sendable {
        /// One count per bound, and a last one for what exceeds them all; not cumulative.
        var counts: [Int]
        var sum: Double
    }

    /// Upper bounds, ascending.
    public let bounds: [Double]
    /// Each by itself: whoever looks between a count and its sum sees an observation half, as Prometheus allows.
    private let counts: [MetricCounter]
    /// The bits of a `Double`.
    private let sum = Atomic<UInt64>((0.0).bitPattern)

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in MetricCounter() }
    }

    public func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        var old = sum.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + value).bitPattern
            let (isExchanged, original) = sum.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if isExchanged { return }
            old = original
        }
    }

    var snapshot: Snapshot { Snapshot(counts: counts.map(\.value), sum: Double(bitPattern: sum.load(ordering: .relaxed))) }

    /// Seconds, from half a millisecond to half a minute: for requests and for disk syncs.
    public static let secondsBounds: [Double] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
}
