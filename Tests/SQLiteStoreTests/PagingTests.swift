import GRDB
import GRDBSQLite
@testable import SQLiteStore
import Testing
import Voicemail

/// A box of a hundred thousand messages.
struct PagingTests {
    private static let count = 100_000

    /// Timestamps out of order, with one second that holds a third of the box.
    private static let fill = """
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT INTO message (id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id,
        length_ms, revision, modified)
        SELECT printf('%032x', n), 'a', 'm', iif(n % 3 = 0, 7777, n * 7919 % 50021), iif(n % 5 = 0, 'saved', 'new'), '', '', '', '', '', 1, 1, 0
        FROM number
        """

    @Test(
        "Pages put together are the listing in order, and the last one costs what the first one does",
        arguments: [
            (MessageQuery(scope: .mailbox("m")), count), (MessageQuery(scope: .account("a")), count),
            (MessageQuery(scope: .mailbox("m"), folder: .new), count * 4 / 5),
        ])
    func pages(listing: MessageQuery, count: Int) async throws {
        try await withStore(StoreOptions(readers: 1)) { store in
            _ = try await store.transaction { writer in try writer.execute(Self.fill) { $0.bind(Self.count) } }
            var all = listing
            all.ascending = true
            let expected = try await Self.positions(all, store).sorted()
            #expect(expected.count == count)
            for ascending in [true, false] {
                var seen: [MessagePosition] = []
                var steps: [Int] = []
                var start: MessagePosition?
                repeat {
                    // One more than the page tells where the next begins.
                    var query = listing
                    (query.start, query.ascending, query.limit) = (start, ascending, 1001)
                    let page = try await Self.positions(query, store)
                    steps.append(try Self.stepsOfListings(store))
                    seen += page.prefix(1000)
                    start = page.count > 1000 ? page.last : nil
                } while start != nil
                #expect(seen == (ascending ? expected : expected.reversed()))
                let typical = try #require(steps.first)
                #expect(steps.allSatisfy { $0 <= typical * 11 / 10 }, "\(steps)")
            }
        }
    }

    @Test("A folder's pages and a tally of an expired box agree with the box")
    func foldersAndTallies() async throws {
        try await withStore { store in
            _ = try await store.transaction { writer in try writer.execute(Self.fill) { $0.bind(Self.count) } }
            let saved = try await Self.positions(MessageQuery(scope: .mailbox("m"), ascending: true, folder: .saved), store)
            #expect(saved == saved.sorted())
            #expect(saved.count == Self.count / 5)
            let cutoff = Timestamp(unix: 25_000)
            let recent = try await Self.positions(MessageQuery(scope: .mailbox("m"), from: cutoff), store).count
            let before = try await store.read { try $0.tally(mailboxID: "m", cutoff: cutoff) }
            #expect(before.total == recent)
            while try await store.write({ try $0.retire(accountID: "a", cutoff: cutoff, limit: 10_000) }) > 0 {}
            let after = try await store.read { try $0.tally(mailboxID: "m", cutoff: cutoff) }
            #expect(after == before)
            let differences = try await store.recount()
            #expect(differences == [])
        }
    }

    private static func positions(_ query: MessageQuery, _ store: SQLiteStore) async throws -> [MessagePosition] {
        try await store.read { reader in
            var found: [MessagePosition] = []
            try reader.messages(query) {
                found.append($0.position)
                return true
            }
            return found
        }
    }

    /// Steps of SQLite's machine that listings have taken since the last call.
    private static func stepsOfListings(_ store: SQLiteStore) throws -> Int {
        try store.reads.lanes.map(\.connection).reduce(0) { sum, connection in
            try sum
                + connection.inDatabase { database in
                    try MessageStretch.texts.reduce(0) { sum, sql in
                        sum + Int(sqlite3_stmt_status(try database.cachedStatement(sql: sql).sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 1))
                    }
                }
        }
    }
}
