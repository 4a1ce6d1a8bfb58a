import Foundation
import Synchronization
import Voicemail

/// The machine's clock, put forward or back to where the database's is. That is one for all processes: what one of them has for a while ends at the same
/// moment for all of them, however wrong their machines' clocks are.
public final class DatabaseClock: WallClock {
    private struct State {
        /// Seconds that the database is ahead.
        var offset = 0.0
        var measured = ContinuousClock.now
    }

    private let store: PostgresStore
    private let machine: @Sendable () -> Date
    private let state = Mutex(State())

    private static let pause = Duration.seconds(60)
    /// Clocks that are kept right differ by less, and are left alone.
    private static let tolerance = 1.0
    /// What took longer says little: nobody knows when within it the database looked.
    private static let longest = 1.0
    /// Comparisons at the start, until one says something.
    private static let attempts = 3

    private init(_ store: PostgresStore, _ machine: @escaping @Sendable () -> Date) {
        self.store = store
        self.machine = machine
    }

    /// Compares the clocks. Later they are compared once a minute, as long as somebody wants to know the time.
    /// - Throws: `StoreError`.
    public static func start(over store: PostgresStore, machine: @escaping @Sendable () -> Date = { Date() }) async throws -> DatabaseClock {
        let clock = DatabaseClock(store, machine)
        for _ in 0..<attempts where try await clock.compare() { break }
        return clock
    }

    public var now: Timestamp {
        let (offset, isDue) = state.withLock { state in
            let isDue = ContinuousClock.now - state.measured > Self.pause
            if isDue { state.measured = .now }
            return (state.offset, isDue)
        }
        // A database that cannot be asked just now leaves the clock where it is; that it cannot is told elsewhere.
        if isDue { Task { _ = try? await compare() } }
        return Timestamp(unix: Int((machine().timeIntervalSince1970 + offset).rounded(.down)))
    }

    /// - Returns: false when it took too long to say anything.
    private func compare() async throws -> Bool {
        let before = machine(), milliseconds = try await store.clockMilliseconds(), took = machine().timeIntervalSince(before)
        guard (0...Self.longest).contains(took) else { return false }
        let offset = Double(milliseconds) / 1000 - before.timeIntervalSince1970 - took / 2
        state.withLock { $0.offset = abs(offset) < Self.tolerance ? 0 : offset }
        return true
    }
}

extension PostgresStore {
    /// What the database's clock says now, since 1970.
    fileprivate func clockMilliseconds() async throws -> Int {
        try await read { reader in
            guard let snapshot = reader as? Snapshot,
                let row = try snapshot.first("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            else { throw StoreError.failed("the database does not tell the time") }
            return row.int(0)
        }
    }
}
