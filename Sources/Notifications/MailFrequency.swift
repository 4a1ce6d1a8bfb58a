import Synchronization
import Voicemail

/// How often one target gets a mail that whoever calls can bring about. It is kept by the process, so that a few more are sent after a restart.
final class MailFrequency: Sendable {
    /// Mails to a target within `period`.
    static let most = 5
    /// The same of mails about deleted messages, which each tell of another one.
    static let mostDeletions = 60
    /// Seconds.
    static let period = 3600
    /// Targets that are remembered; of more, those are forgotten whose period ends first.
    private static let capacity = 10_000

    private struct Period {
        let begin: Timestamp
        /// Ids, so that a mail that is tried again counts once.
        var deliveries: Set<String> = []
    }

    private let periods = Mutex<[String: Period]>([:])

    /// Whether one more mail may go to the target; it counts then.
    func admits(_ delivery: Delivery, most: Int, at now: Timestamp) -> Bool {
        periods.withLock { periods in
            if periods.count >= Self.capacity { Self.forget(&periods, at: now) }
            var period = periods[delivery.target] ?? Period(begin: now)
            // A clock that was put back ends a period as well.
            if !(period.begin...period.begin.advanced(by: Self.period - 1)).contains(now) { period = Period(begin: now) }
            guard period.deliveries.contains(delivery.id) || period.deliveries.count < most else { return false }
            period.deliveries.insert(delivery.id)
            periods[delivery.target] = period
            return true
        }
    }

    private static func forget(_ periods: inout [String: Period], at now: Timestamp) {
        periods = periods.filter { $0.value.begin.advanced(by: period) > now }
        guard periods.count >= capacity else { return }
        let kept = periods.sorted { $0.value.begin > $1.value.begin }.prefix(capacity / 2)
        periods = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
