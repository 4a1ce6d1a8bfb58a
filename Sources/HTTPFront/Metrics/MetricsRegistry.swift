import Synchronization

/// Every number `/metrics` shows. Asking twice for the same name and labels gives the same instrument, so callers may keep
/// theirs or ask each time.
///
/// Names follow Prometheus: `aftertone_deposits_total`, base units (seconds, bytes). A name has one kind and one help text;
/// a second registration under another kind is refused by handing out an instrument that is not shown.
public final class MetricsRegistry: Sendable {
    /// Label names and values, in the order shown. Values must come from a bounded set.
    public typealias Labels = [(name: String, value: String)]

    /// The most label combinations one name may have; further ones share one whose values are all `other`.
    public static let seriesLimit = 1000

    enum Series: Sendable {
        case counter(MetricCounter)
        case gauge(MetricGauge)
        case histogram(MetricHistogram)
        case sampled(@Sendable () -> Double?)

        var kind: String {
            switch self {
            case .counter: "counter"
            case .gauge, .sampled: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    struct Family: Sendable {
        let help: String
        let kind: String
        /// By rendered labels.
        var series: [String: Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    public func counter(_ name: String, help: String, labels: Labels = []) -> MetricCounter {
        let made = Series.counter(MetricCounter())
        guard case .counter(let counter) = register(made, name, help, labels) else { return MetricCounter() }
        return counter
    }

    public func gauge(_ name: String, help: String, labels: Labels = []) -> MetricGauge {
        let made = Series.gauge(MetricGauge())
        guard case .gauge(let gauge) = register(made, name, help, labels) else { return MetricGauge() }
        return gauge
    }

    /// - Parameter bounds: upper bounds of the buckets, ascending.
    public func histogram(
        _ name: String, help: String, bounds: [Double] = MetricHistogram.secondsBounds, labels: Labels = []
    ) -> MetricHistogram {
        let made = Series.histogram(MetricHistogram(bounds: bounds))
        guard case .histogram(let histogram) = register(made, name, help, labels) else { return MetricHistogram(bounds: bounds) }
        return histogram
    }

    /// A gauge that is read when `/metrics` is asked for; nil leaves it out of that answer. `read` must be quick.
    public func sample(_ name: String, help: String, labels: Labels = [], _ read: @escaping @Sendable () -> Double?) {
        _ = register(.sampled(read), name, help, labels)
    }

    private func register(_ made: Series, _ name: String, _ help: String, _ labels: Labels) -> Series {
        let key = MetricsText.labels(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help, kind: made.kind)
            guard family.kind == made.kind else { return made }
            if let known = family.series[key] { return known }
            let isFull = family.series.count >= Self.seriesLimit
            let place = isFull ? MetricsText.labels(labels.map { ($0.name, "other") }) : key
            if isFull, let known = family.series[place] { return known }
            family.series[place] = made
            families[name] = family
            return made
        }
    }

    var snapshot: [String: Family] { families.withLock { $0 } }
}
