/// Prometheus' text exposition format, version 0.0.4.
enum MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func render(_ registry: MetricsRegistry) -> String {
        var out = ""
        for (name, family) in registry.snapshot.sorted(by: { $0.key < $1.key }) {
            out += "# HELP \(name) \(escapeHelp(family.help))\n# TYPE \(name) \(family.kind)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                write(series, name, labels, to: &out)
            }
        }
        return out
    }

    private static func write(_ series: MetricsRegistry.Series, _ name: String, _ labels: String, to out: inout String) {
        switch series {
        case .counter(let counter):
            out += "\(name)\(braced(labels)) \(counter.value)\n"
        case .gauge(let gauge):
            out += "\(name)\(braced(labels)) \(gauge.value)\n"
        case .sampled(let read):
            if let value = read() { out += "\(name)\(braced(labels)) \(number(value))\n" }
        case .histogram(let histogram):
            let snapshot = histogram.snapshot
            var count = 0
            for (bound, observed) in zip(histogram.bounds + [.infinity], snapshot.counts) {
                count += observed
                let le = "le=\"\(number(bound))\""
                out += "\(name)_bucket{\(labels.isEmpty ? le : labels + "," + le)} \(count)\n"
            }
            out += "\(name)_sum\(braced(labels)) \(number(snapshot.sum))\n\(name)_count\(braced(labels)) \(count)\n"
        }
    }

    /// `a="x",b="y"`, escaped as the format asks.
    static func labels(_ labels: MetricsRegistry.Labels) -> String {
        labels.map { "\($0.name)=\"\(escapeLabel($0.value))\"" }.joined(separator: ",")
    }

    static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    private static func braced(_ labels: String) -> String {
        labels.isEmpty ? "" : "{\(labels)}"
    }

    private static func escapeHelp(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func escapeLabel(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
