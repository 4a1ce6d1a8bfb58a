import Voicemail

/// Tells events that have been seen from those that have not.
///
/// Transactions draw serials and commit in another order. So a serial that is missing below the highest one seen is waited for, for as long as a
/// transaction is likely to take; after that it counts as rolled back.
struct EventCursor {
    /// How long a missing serial is waited for.
    static let patience = Duration.seconds(10)
    /// Serials waited for at a time; of more, the later ones are not.
    static let mostMissing = 10_000

    /// The highest serial seen.
    private(set) var newest: Int
    private var missing: [Int: ContinuousClock.Instant] = [:]

    /// Counts some events as seen.
    /// - Parameter serials: the highest ones there are, highest first.
    init(seen serials: [Int], at now: ContinuousClock.Instant) {
        newest = serials.first ?? 0
        let seen = Set(serials)
        for serial in (serials.last ?? newest)..<max(newest, serials.last ?? newest) where !seen.contains(serial) { missing[serial] = now }
    }

    /// The lowest serial waited for.
    var oldestMissing: Int? { missing.keys.min() }

    /// - Parameter events: in the order of their serials.
    /// - Returns: those that have not been seen, which they have from now on.
    mutating func take(_ events: [Event], at now: ContinuousClock.Instant) -> [Event] {
        events.filter { event in
            guard event.serial > newest else { return missing.removeValue(forKey: event.serial) != nil }
            for serial in (newest + 1)..<event.serial {
                guard missing.count < Self.mostMissing else { break }
                missing[serial] = now
            }
            newest = event.serial
            return true
        }
    }

    /// Stops waiting for what has been missing for too long.
    mutating func giveUp(at now: ContinuousClock.Instant) {
        missing = missing.filter { now - $0.value < Self.patience }
    }
}
