import NIOConcurrencyHelpers

/// What is counted of every exchange.
final class ExchangeMetrics: Sendable {
    private struct Key: Hashable {
        let dialect: String
        let route: String
        let status: Int
    }

    private struct Instruments {
        let requests: MetricCounter
        let seconds: MetricHistogram
    }

    let openConnections: MetricGauge
    /// All exchanges with dialects, however they ended. What monitors ask of the front every few seconds is left out, so that this stands still while
    /// nobody uses the server.
    let exchanges = MetricCounter()
    private let registry: MetricsRegistry
    private let received: MetricCounter
    private let sent: MetricCounter
    /// Spares rendering label text for every request; bounded by `MetricsRegistry.seriesLimit` through `remember`.
    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let known = NIOLockedValueBox<[Key: Instruments]>([:])

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        openConnections = registry.gauge("aftertone_http_connections", help: "Open connections.")
        received = registry.counter("aftertone_http_request_body_bytes_total", help: "Bytes read of request bodies.")
        sent = registry.counter("aftertone_http_response_body_bytes_total", help: "Bytes written of response bodies.")
    }

    func record(dialect: String, route: String, status: Int, seconds: Double, received bytesIn: Int, sent bytesOut: Int) {
        let key = Key(dialect: dialect, route: route, status: status)
        let instruments = known.withLockedValue { $0[key] } ?? remember(key)
        if dialect != OperationsRoutes.name { exchanges.add() }
        instruments.requests.add()
        instruments.seconds.observe(seconds)
        if bytesIn > 0 { received.add(bytesIn) }
        if bytesOut > 0 { sent.add(bytesOut) }
    }

    /// A connection that was ended by us: `head`, `exchange`, `idle`, `lingering`, `parse`.
    func cut(_ reason: String) {
        registry.counter(
            "aftertone_http_connections_cut_total", help: "Connections ended for slowness or broken framing.", labels: [("reason", reason)]
        ).add()
    }

    private func remember(_ key: Key) -> Instruments {
        let made = Instruments(
            requests: registry.counter(
                "aftertone_http_requests_total", help: "Answered requests.",
                labels: [("dialect", key.dialect), ("route", key.route), ("status", String(key.status))]),
            seconds: registry.histogram(
                "aftertone_http_request_seconds", help: "From the request's head to the last byte of the answer.",
                labels: [("dialect", key.dialect), ("route", key.route)]))
        known.withLockedValue { known in
            if known.count < MetricsRegistry.seriesLimit { known[key] = made }
        }
        return made
    }
}
