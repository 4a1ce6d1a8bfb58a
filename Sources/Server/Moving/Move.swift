import StoredRows
import Voicemail

/// Moves an installation to where another configuration says: every row as it is, with its number, and every piece of audio under its name.
///
/// What there is already is compared and only what differs is copied, so nothing else remembers how far a move has come: it may be cut off
/// anywhere and run again. Servers go on meanwhile. When little is left, all who would change something wait; what has changed since is copied, and
/// all rows are compared once more. Then the old database is closed for good and the new one opened, in this order: at no moment can both be written.
public struct Move: Sendable {
    public struct Summary: Sendable, Hashable {
        /// Rows that were compared in the end, by table.
        public var rows: [String: Int] = [:]
        /// Audio that was copied by this run.
        public var blobs = 0
        public var bytes = 0
        /// For so long nobody could change anything, all holds together.
        public var readOnlySeconds = 0.0
        /// How often those who wanted to change something were let go on as the last look took too long.
        public var releases = 0
        /// Audio that was damaged before; it is as damaged where it is now, and missing where it was missing.
        public var damages: [DamagedAudio] = []
        /// What was said in calls and is not a message yet, in the old data directory.
        public var captures = 0
    }

    /// With that much changed in the last look, the rest is done while everybody waits.
    private static let fewChanges = 1000
    /// Looks while others work: one that they outrun would never end.
    private static let mostLooks = 10
    private static let mostLastLooks = 4
    /// Times that writers are held: whoever is given up so often needs longer than he may.
    private static let mostHolds = 3

    private let source: Installation
    private let target: Installation
    private let from: any MovableStore
    private let to: any MovableStore
    private let holdLimit: Duration
    private let progress: ProgressReport

    /// - Parameters:
    ///   - target: opened for moving.
    ///   - holdLimit: how long nobody may change anything at a time.
    /// - Throws: `MoveError`.
    public init(
        _ source: Installation, to target: Installation, holdLimit: Duration, progress: @escaping ProgressReport = { _ in }
    ) throws {
        guard let from = source.store as? any MovableStore, let to = target.store as? any MovableStore else {
            throw MoveError.otherTables("one of them hands no rows on")
        }
        self.source = source
        self.target = target
        self.from = from
        self.to = to
        self.holdLimit = holdLimit
        self.progress = progress
    }

    public func run() async throws -> Summary {
        let residence = try await from.residence()
        let found = try await takeTarget(residence)
        let tables = try await agreedTables()
        let audio =
            try await source.sharesAudio(with: target)
            ? nil : AudioCopy(from: source, to: target, isResuming: found == .begun, progress: progress)
        let copy = RowCopy(tables: tables, from: from, to: to, audio: audio, progress: progress)
        // An earlier run may have copied audio to a bucket that was a mistake, or that was emptied since.
        if found != .empty { _ = try await copy.look(completingAudio: true) }
        var summary = Summary()
        // An installation that has moved away stays closed to writers.
        if residence == .here { try await close(copy, &summary) } else { summary.rows = try await finish(copy) }
        try await to.endFilling()
        if let audio {
            (summary.blobs, summary.bytes) = await audio.copied
            for damage in await audio.damages { summary.damages.append(try await to.damaged(damage)) }
        }
        summary.captures = try await blocking { [source, target] in try source.directory.waitingCaptures(unlessIn: target.directory) }
        return summary
    }

    /// Copies until little is left, and the rest while nobody changes anything. Where that takes longer than it may, all go on, and so does this.
    private func close(_ copy: RowCopy, _ summary: inout Summary) async throws {
        for _ in 0..<Self.mostHolds {
            for _ in 0..<Self.mostLooks {
                if try await copy.look().changes <= Self.fewChanges { break }
            }
            let hold = try await from.holdWrites()
            let start = ContinuousClock.now
            do {
                let (rows, end) = try await inTime(hold, start + holdLimit) { try await finish(copy) }
                if let rows {
                    try await hold.close()
                    summary.rows = rows
                }
                summary.readOnlySeconds += ((end ?? .now) - start) / .seconds(1)
                if rows != nil { return }
            } catch {
                try? await hold.release()
                throw error
            }
            summary.releases += 1
            progress(MaintenanceProgress("holds given up", summary.releases, of: Self.mostHolds))
        }
        throw MoveError.heldTooLong(holdLimit, times: Self.mostHolds)
    }

    /// Lets go of writers when the time is over, whatever `body` waits for then, and has it end.
    /// - Returns: what it has come to, or when they were let go.
    private func inTime<Value: Sendable>(
        _ hold: any WriteHold, _ limit: ContinuousClock.Instant, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> (Value?, released: ContinuousClock.Instant?) {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(until: limit, clock: .continuous)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first, ContinuousClock.now < limit { return (first, nil) }
            try await hold.release()
            let released = ContinuousClock.now
            // How it ends when it is cut off says nothing: the next round finds out what is wrong, if anything is.
            while let result = await group.nextResult() { _ = result }
            return (nil, released)
        }
    }

    /// Looks until there is nothing left that differs.
    /// - Returns: how many rows of each table were found to be the same.
    private func finish(_ copy: RowCopy) async throws -> [String: Int] {
        for _ in 0..<Self.mostLastLooks {
            let look = try await copy.look()
            if let (table, count) = look.refused.first { throw MoveError.refusedRows(table: table, count: count) }
            guard look.changes == 0 else { continue }
            try await to.continueSerials(from: from.serials())
            return look.rows
        }
        throw MoveError.unsteady
    }

    private func agreedTables() async throws -> [StoredTable] {
        let tables = try await from.tables(), others = try await to.tables()
        for table in Set(tables).symmetricDifference(others) { throw MoveError.otherTables("table \(table.name)") }
        return tables
    }

    /// What there is in the target at first.
    private enum Found {
        case empty
        /// Rows and audio that an earlier run of this move has copied.
        case begun
        /// What the installation has moved away from.
        case left
    }

    /// Sees to it that nobody works in the target until it is whole, no other move either: an earlier one that was thought dead takes nothing back
    /// of what this one has copied, nor of what servers have got since.
    private func takeTarget(_ residence: StoreResidence) async throws -> Found {
        let place = try await to.residence()
        let found: Found
        switch (residence, place) {
        case (.arriving, _): throw MoveError.sourceArriving
        case (.gone, .arriving), (.here, .arriving): found = .begun
        case (.gone, _): throw MoveError.sourceGone
        case (.here, .gone): found = .left
        case (.here, .here):
            guard try await to.holdsNothing() else { throw MoveError.targetInUse }
            guard try await !from.holdsNothing() else { throw MoveError.nothingHere }
            found = .empty
        }
        try await to.beginFilling(place)
        return found
    }
}

extension VoicemailStore {
    fileprivate func holdsNothing() async throws -> Bool {
        try await read { reader in
            var isEmpty = true
            try reader.documents(DocumentQuery(kind: .account)) { _ in
                isEmpty = false
                return false
            }
            return try isEmpty && reader.removedAccounts().isEmpty && reader.blobs(after: nil, limit: 1).isEmpty
        }
    }
}
