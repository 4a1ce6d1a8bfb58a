import NIOConcurrencyHelpers

/// Counts failed logins by where they come from, across calls and interfaces (field notes 2.3, row 22), and locks a
/// source out for a while when there were too many in a row.
public final class LoginGuard: Sendable {
    /// The source is locked out.
    public struct Locked: Error, Sendable {}

    private struct Record {
        var failures: Int
        var last: Timestamp
    }

    private static let maximumSources = 10_000

    private let maximumFailures: Int
    private let lockSeconds: Int
    private let clock: any WallClock
    private let records = NIOLockedValueBox<[String: Record]>([:])

    /// - Parameters:
    ///   - maximumFailures: consecutive failures after which a source is locked.
    ///   - lockSeconds: how long it stays locked after the last of them.
    public init(maximumFailures: Int, lockSeconds: Int, clock: any WallClock) {
        self.maximumFailures = maximumFailures
        self.lockSeconds = lockSeconds
        self.clock = clock
    }

    /// Runs a login attempt and keeps count of its outcome.
    /// - Throws: `Locked` when the source is locked: without trying, or after trying when others that were tried at the same time
    ///   have locked it, so that many guesses at once are no more than many in a row; what `login` throws otherwise.
    public func attempt<Value>(from source: String, _ login: () async throws -> Value) async throws -> Value {
        guard !isLocked(source) else { throw Locked() }
        do {
            let value = try await login()
            guard !isLocked(source) else { throw Locked() }
            unlock(source)
            return value
        } catch let error as VoicemailError where error == .badCredentials {
            recordFailure(of: source)
            throw error
        }
    }

    /// Whether attempts from a source are refused now.
    public func isLocked(_ source: String) -> Bool {
        let now = clock.now
        return records.withLockedValue { records in
            guard let record = records[source], record.failures >= maximumFailures else { return false }
            return now < record.last.advanced(by: lockSeconds)
        }
    }

    /// Forgets a source's failures.
    public func unlock(_ source: String) {
        records.withLockedValue { _ = $0.removeValue(forKey: source) }
    }

    private func recordFailure(of source: String) {
        let now = clock.now
        records.withLockedValue { records in
            if records.count >= Self.maximumSources {
                records = records.filter { now < $0.value.last.advanced(by: lockSeconds) }
                if records.count >= Self.maximumSources, let oldest = records.min(by: { $0.value.last < $1.value.last }) {
                    records.removeValue(forKey: oldest.key)
                }
            }
            var record = records[source] ?? Record(failures: 0, last: now)
            // A lock that has run out starts the count anew.
            if record.failures >= maximumFailures, now >= record.last.advanced(by: lockSeconds) { record.failures = 0 }
            record.failures += 1
            record.last = now
            records[source] = record
        }
    }
}
