import Logging
import SIP
import Synchronization

/// Tells the log of a registration, each change once: one that goes on failing for the same reason is no news.
final class RegistrationStory: Sendable {
    private let name: String
    private let logger: Logger
    /// What was told last.
    private let last = Mutex("")

    init(name: String, logger: Logger) {
        self.name = name
        self.logger = logger
    }

    func tell(_ state: RegistrationState) {
        var facts: Logger.Metadata = ["registration": "\(name)"]
        switch state {
        case .registered(let place, let seconds):
            facts["registrar"] = "\(place)"
            facts["seconds"] = "\(seconds)"
            log(.notice, "registered with a telephone system", facts, isNews: changes(to: "registered at \(place)"))
        case .failed(let reason, let retrySeconds):
            facts["error"] = "\(reason)"
            facts["retry_seconds"] = "\(retrySeconds)"
            log(.warning, "not registered with a telephone system", facts, isNews: changes(to: reason))
        case .ended:
            log(.info, "registration given up", facts, isNews: true)
        }
    }

    private func changes(to now: String) -> Bool {
        last.withLock { last in
            defer { last = now }
            return last != now
        }
    }

    private func log(_ level: Logger.Level, _ text: Logger.Message, _ facts: Logger.Metadata, isNews: Bool) {
        logger.log(level: isNews ? level : .debug, text, metadata: facts)
    }
}
