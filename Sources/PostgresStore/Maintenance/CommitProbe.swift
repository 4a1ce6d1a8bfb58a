import Synchronization
import Voicemail
import Waiting

/// Whether commits return, found out by making one that changes nothing, on a connection and a thread of its own: it waits behind nobody. Whoever asks
/// meanwhile is told the same.
final class CommitProbe: Sendable {
    private let lane: Lanes
    private let flights = SingleFlight<String?>(.none)
    /// When a commit returned last.
    private let returned = Mutex<ContinuousClock.Instant?>(nil)

    /// For how long that is good enough.
    private static let pause = Duration.seconds(1)
    /// What a statement may take, and what it waits for a lock.
    private static let statementSeconds = 2, lockSeconds = 1
    private static let patience = Duration.seconds(5)

    init(_ options: PostgresOptions, _ reachability: Reachability) {
        var options = options
        options.statementSeconds = min(options.statementSeconds, Self.statementSeconds)
        options.lockSeconds = min(options.lockSeconds, Self.lockSeconds)
        lane = Lanes("database-probe", count: 1, patience: Self.patience) { [options] in Session(options, reachability: reachability) }
    }

    /// Why nothing can be changed; nil when it can.
    func reason() async -> String? {
        if let last = returned.withLock({ $0 }), ContinuousClock.now - last < Self.pause { return nil }
        do { return try await flights.value(for: "") { await self.look() } } catch { return "the database cannot be asked" }
    }

    /// Blocks.
    func close() { lane.close() }

    private func look() async -> String? {
        let reason = await withCheckedContinuation { (found: CheckedContinuation<String?, Never>) in
            let isQueued = lane.enqueue { session, _ in found.resume(returning: session.reasonNotToCommit()) }
            if !isQueued { found.resume(returning: "the database is closed") }
        }
        returned.withLock { $0 = reason == nil ? .now : nil }
        return reason
    }
}
