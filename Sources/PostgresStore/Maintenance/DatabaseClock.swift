import Foundation
import Synchronization
import Voicemail

/// The machine's clock, put forward or back to where the database's is. That is one for all processes: what one of them has for a while ends at the same
/// moment for all of them, however wrong their machines' clocks are.
public final class DatabaseClock: WallClock {
    private let store: PostgresStore
    private let machine: @Sendable () -> Date
    /// Seconds that the database is ahead.
    private let offset = Mutex(0.0)

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

    /// Compares the clocks, which a server has to repeat, as clocks drift.
    /// - Throws: `StoreError`.
    public static func start(over store: PostgresStore, machine: @escaping @Sendable () -> Date = { Date() }) async throws -> DatabaseClock {
        let clock = DatabaseClock(store, machine)
        for _ in 0..<attempts where try await clock.compare() { break }
        return clock
    }

    public var now: Timestamp {
        Timestamp(unix: Int((machine().timeIntervalSince1970 + offset.withLock(\.self)).rounded(.down)))
    }

    /// Compares the clocks anew. Where the database cannot be asked the clock stays where it is.
    /// - Returns: false when it took too long to say anything.
    /// - Throws: `StoreError`.
    @discardableResult
    public func compare() async throws -> Bool {
        let before = machine(), milliseconds = try await store.clockMilliseconds(), took = machine().timeIntervalSince(before)
        guard (0...Self.longest).contains(took) else { return false }
        let ahead = Double(milliseconds) / 1000 - before.timeIntervalSince1970 - took / 2
        offset.withLock { $0 = abs(ahead) < Self.tolerance ? 0 : ahead }
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
