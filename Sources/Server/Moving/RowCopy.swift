import StoredRows

/// Compares the rows of two stores, a page at a time, and makes the second one's the first one's.
struct RowCopy: Sendable {
    struct Look: Sendable {
        /// Rows of the source, by table.
        var rows: [String: Int] = [:]
        /// Rows that were put in or taken away.
        var changes = 0
        /// Rows that the target did not take, by table: of what came after the tables that they need.
        var refused: [String: Int] = [:]
    }

    let tables: [StoredTable]
    let from: any MovableStore
    let to: any MovableStore
    /// nil where audio stays where it is.
    let audio: AudioCopy?
    let progress: ProgressReport

    /// Rows of a page.
    private static let page = 500

    /// A stretch of a table: behind one key, up to another; to the end where there is none.
    private struct Stretch {
        let table: StoredTable
        let start: StoredTable.Key?
        let end: StoredTable.Key?
    }

    /// Goes through all tables once.
    /// - Parameter completingAudio: whether audio of rows that are the same already may be missing.
    func look(completingAudio: Bool = false) async throws -> Look {
        var look = Look()
        // Rows that other rows name are removed last.
        var named: [Stretch] = []
        for table in tables {
            var postponed: [Stretch] = []
            var start: StoredTable.Key?, count = 0
            repeat {
                try Task.checkCancellation()
                let place = start
                async let wanted = from.rows(of: table, after: place, through: nil, limit: Self.page)
                async let found = to.rows(of: table, after: place, through: nil, limit: Self.page)
                let rows = try await wanted, isSame = try await found == rows
                let end = rows.count == Self.page ? rows.last.map(table.key(of:)) : nil
                let audio = completingAudio && table.isNamed ? audio : nil
                if isSame {
                    try await audio?.complete(rows, of: table)
                } else {
                    let stretch = Stretch(table: table, start: place, end: end)
                    let result = try await settle(stretch, rows, completing: audio)
                    look.changes += result.changes
                    if result.refused > 0 { postponed.append(stretch) }
                    if result.leftOver { named.append(stretch) }
                }
                count += rows.count
                progress(MaintenanceProgress("rows of \(table.name)", count))
                start = end
            } while start != nil
            look.rows[table.name] = count
            // A key may have gone from one row to another, which comes later.
            for stretch in postponed {
                let rows = try await from.rows(of: table, after: stretch.start, through: stretch.end, limit: Self.page)
                let result = try await settle(stretch, rows)
                look.changes += result.changes
                if result.refused > 0 { look.refused[table.name, default: 0] += result.refused }
            }
        }
        for stretch in named { look.changes += try await removeLeftOver(stretch) }
        return look
    }

    /// Makes a stretch what it is in the source.
    /// - Parameter incomplete: where audio of rows that are the same may be missing.
    private func settle(
        _ stretch: Stretch, _ rows: [StoredTable.Row], completing incomplete: AudioCopy? = nil
    ) async throws -> (changes: Int, refused: Int, leftOver: Bool) {
        let table = stretch.table
        var missing = Dictionary(rows.map { (table.key(of: $0), $0) }) { $1 }
        let wanted = Set(missing.keys)
        var removed: [StoredTable.Key] = [], leftOver = false, known: Set<StoredTable.Key> = []
        try await forEachPage(of: stretch) { found in
            for row in found {
                let key = table.key(of: row)
                if missing[key] == row {
                    missing[key] = nil
                } else if !table.isNamed {
                    removed.append(key)
                } else if wanted.contains(key) {
                    known.insert(key)
                } else {
                    leftOver = true
                }
            }
            // The rows that the source does not have may be more than a page.
            if removed.count > Self.page {
                _ = try await to.change(table, removing: removed, putting: [])
                removed = []
            }
        }
        let put = rows.filter { missing[table.key(of: $0)] != nil }
        try await incomplete?.complete(rows.filter { missing[table.key(of: $0)] == nil }, of: table)
        guard !put.isEmpty || !removed.isEmpty else { return (0, 0, leftOver) }
        if table.isNamed { try await audio?.copy(put, of: table, known: known) }
        let count = try await to.change(table, removing: removed, putting: put)
        return (removed.count + count, put.count - count, leftOver)
    }

    /// Takes away what nothing names any more, with its audio.
    private func removeLeftOver(_ stretch: Stretch) async throws -> Int {
        let table = stretch.table
        let rows = try await from.rows(of: table, after: stretch.start, through: stretch.end, limit: Self.page)
        let wanted = Set(rows.map(table.key(of:)))
        var removed: [StoredTable.Key] = []
        try await forEachPage(of: stretch) { found in removed += found.map(table.key(of:)).filter { !wanted.contains($0) } }
        guard !removed.isEmpty else { return 0 }
        _ = try await to.change(table, removing: removed, putting: [])
        guard let audio else { return removed.count }
        for key in removed {
            // Whoever has taken over since may have copied the same again.
            try await to.checkFilling()
            try await audio.remove(key)
        }
        return removed.count
    }

    private func forEachPage(of stretch: Stretch, _ body: ([StoredTable.Row]) async throws -> Void) async throws {
        var start = stretch.start
        while true {
            let found = try await to.rows(of: stretch.table, after: start, through: stretch.end, limit: Self.page)
            try await body(found)
            guard found.count == Self.page, let last = found.last else { return }
            start = stretch.table.key(of: last)
        }
    }
}
