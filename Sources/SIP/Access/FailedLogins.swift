/// Keeps those out who guess: so many wrong passwords from one address, and nothing that comes from there is answered for a while.
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

    /// Addresses that are remembered; when there are more, the oldest half is forgotten.
    private static let most = 10_000

    init(_ rule: Rule) { self.rule = rule }

    mutating func isLocked(_ host: String, now: UInt64) -> Bool {
        guard let count = counts[host] else { return false }
        if now >= count.last + rule.rest {
            counts[host] = nil
            return false
        }
        return count.failures >= rule.failures
    }

    /// - Returns: whether this one has locked it.
    mutating func failed(_ host: String, now: UInt64) -> Bool {
        if counts[host] == nil, counts.count >= Self.most {
            let middle = counts.values.map(\.last).sorted()[counts.count / 2]
            counts = counts.filter { $0.value.last > middle }
        }
        let failures = (counts[host]?.failures ?? 0) + 1
        counts[host] = Count(failures: failures, last: now)
        return failures == rule.failures
    }

    mutating func succeeded(_ host: String) { counts[host] = nil }
}
