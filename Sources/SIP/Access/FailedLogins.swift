/// Keeps those out who guess: so many wrong passwords from one place, or for one name, and nothing of that is answered for a while.
struct FailedLogins {
    /// How many, and for how long.
    struct Rule: Sendable, Hashable {
        var failures: Int
        /// Milliseconds, from the last of them.
        var rest: UInt64
    }

    private struct Count {
        var failures: Int
        var last: UInt64
    }

    private let rule: Rule
    private var counts: [String: Count] = [:]

    /// Those that are remembered without being locked; when there are more, the older half is forgotten. Locked ones are bounded by what it takes to become
    /// one: so many messages that were looked at.
    private static let most = 10_000

    init(_ rule: Rule) { self.rule = rule }

    /// - Parameter key: a place, or a name.
    mutating func isLocked(_ key: String, now: UInt64) -> Bool {
        guard let count = counts[key] else { return false }
        if now >= count.last + rule.rest {
            counts[key] = nil
            return false
        }
        return count.failures >= rule.failures
    }

    /// - Returns: whether this one has locked it.
    mutating func failed(_ key: String, now: UInt64) -> Bool {
        if counts[key] == nil, counts.count >= Self.most { forget(now) }
        let failures = (counts[key]?.failures ?? 0) + 1
        counts[key] = Count(failures: failures, last: now)
        return failures == rule.failures
    }

    mutating func succeeded(_ key: String) { counts[key] = nil }

    private mutating func forget(_ now: UInt64) {
        counts = counts.filter { now < $0.value.last + rule.rest }
        let free = counts.values.filter { $0.failures < rule.failures }.map(\.last).sorted()
        guard free.count >= Self.most else { return }
        let middle = free[free.count / 2]
        counts = counts.filter { $0.value.failures >= rule.failures || $0.value.last > middle }
    }
}
