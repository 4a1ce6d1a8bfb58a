import HTTPFront

/// Counts recordings that came in.
public struct RecordingCounter: Sendable {
    enum Way: String {
        case http, directory
    }

    enum Result: String {
        case stored
        /// The same file had come before.
        case known
        case refused
        /// Could not be taken this time, and will be tried again.
        case failed
    }

    private let registry: MetricsRegistry

    public init(_ registry: MetricsRegistry) { self.registry = registry }

    func count(_ way: Way, _ result: Result) {
        registry.counter(
            "aftertone_recordings_taken_total", help: "Recordings that came in, by way and result.",
            labels: [("way", way.rawValue), ("result", result.rawValue)]
        ).add()
    }
}
