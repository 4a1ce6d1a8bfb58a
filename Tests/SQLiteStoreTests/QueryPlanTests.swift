import GRDB
import GRDBSQLite
@testable import SQLiteStore
import TestKit
import Testing

/// Promise 8: cost follows the page.
struct QueryPlanTests {
    /// Statements that read a whole table, and why they may.
    private static let mayScan = [
        // At most one row.
        "DELETE FROM probe",
        // One row a state.
        "SELECT state, count FROM delivery_tally",
        // As many as are wanted, from the end.
        "SELECT serial FROM event ORDER BY serial DESC LIMIT ?",
    ]

    /// Statements that sort what they find, and why they may.
    private static let maySort = [
        // Serials of a stretch of time, or of numbers that the caller names.
        "FROM recording",
        // The few live tokens of one application, and the few sessions of one user.
        "INDEXED BY ticket_by_credential", "INDEXED BY ticket_by_user",
    ]

    @Test("No statement that the contract makes the store run passes over rows it does not want, or sorts")
    func nothingScans() async throws {
        var statements = Set(
            MessageStretch.texts + MessageStretch.listedTexts + DocumentListing.all.map(\.sql) + [
                AccountListing.byName, AccountListing.byLookup, AccountListing.byNameDescending, AccountListing.byLookupDescending,
            ])
        for promise in StoreContract.all {
            statements.formUnion(
                try await withStore(StoreOptions(readers: 1)) { store in
                    try await promise.run(store)
                    return (store.reads.lanes.map(\.connection) + [store.writer]).flatMap { $0.inDatabase(Self.statements) }
                })
        }
        #expect(statements.count > 60)
        try await withStore { store in
            for sql in statements {
                let plan = try Self.plan(sql, store)
                if !Self.mayScan.contains(where: sql.hasPrefix) {
                    // The list of numbers in a parameter is read from one end to the other, too.
                    let scans = plan.filter { $0.hasPrefix("SCAN") && $0 != "SCAN CONSTANT ROW" && !$0.hasPrefix("SCAN json_each") }
                    #expect(scans == [], "\(sql)\n\(plan)")
                }
                if !Self.maySort.contains(where: sql.contains) {
                    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql)\n\(plan)")
                }
            }
        }
    }

    @Test("A listing looks for both ends of what it wants in its index", arguments: MessageStretch.shapes.indices)
    func listingsSeekBothEnds(index: Int) async throws {
        try await withStore { store in
            let shape = MessageStretch.shapes[index]
            let plan = try Self.plan(MessageStretch.texts[index], store)
            let listed = try Self.plan(MessageStretch.listedTexts[index], store)
            #expect(listed == plan)
            let key = shape.account ? "account_id=?" : shape.folder ? "mailbox_id=? AND folder=?" : "mailbox_id=?"
            let name = shape.account ? "message_by_account" : shape.folder ? "message_by_folder" : "message_by_mailbox"
            // One index spells the serial out, the others have it as the rowid at their end.
            let serial = name == "message_by_mailbox" ? "serial" : "rowid"
            let range = shape.within ? "timestamp=? AND \(serial)\(shape.ascending ? ">" : "<")?" : "timestamp>? AND timestamp<?"
            #expect(plan == ["SEARCH message USING INDEX \(name) (\(key) AND \(range))"])
        }
    }

    @Test("A directory of labels reads its index and no row")
    func directory() async throws {
        try await withStore { store in
            let plan = try Self.plan(Snapshot.labelsSQL, store)
            #expect(plan == ["SEARCH document USING COVERING INDEX document_by_label (account_id=? AND kind=? AND lookup=? AND label>?)"])
        }
    }

    @Test("A tally counts in covering indexes only what is past the cutoff")
    func tallies() async throws {
        try await withStore { store in
            let plan = try Self.plan(Snapshot.tallySQL, store)
            let counted = plan.filter { $0 == "SEARCH message USING COVERING INDEX message_counted (mailbox_id=? AND folder=? AND timestamp<?)" }
            let retired = plan.filter { $0 == "SEARCH message USING COVERING INDEX message_retired (mailbox_id=? AND folder=? AND timestamp>?)" }
            #expect(counted.count == 2)
            #expect(retired.count == 2)
        }
    }

    @Test("Accounts of a tree are looked for at the start of a page, and no further than the page")
    func accountsOfATree() async throws {
        try await withStore { store in
            let found = "SEARCH document USING INDEX sqlite_autoindex_document_1 (id=?)"
            let byName = try Self.plan(AccountListing.byName, store)
            #expect(byName == ["SEARCH account_tree USING COVERING INDEX account_tree_by_name (ancestor_id=? AND (tree_name,descendant_id)>(?,?))", found])
            let byLookup = try Self.plan(AccountListing.byLookup, store)
            #expect(
                byLookup == [
                    "SEARCH account_tree USING COVERING INDEX account_tree_by_lookup (ancestor_id=? AND (tree_lookup,descendant_id)>(?,?) AND tree_lookup<?)",
                    found,
                ])
            let byNameDescending = try Self.plan(AccountListing.byNameDescending, store)
            #expect(
                byNameDescending == [
                    "SEARCH account_tree USING COVERING INDEX account_tree_by_name (ancestor_id=? AND (tree_name,descendant_id)<(?,?))", found,
                ])
            let byLookupDescending = try Self.plan(AccountListing.byLookupDescending, store)
            #expect(
                byLookupDescending == [
                    "SEARCH account_tree USING COVERING INDEX account_tree_by_lookup (ancestor_id=? AND tree_lookup>? AND (tree_lookup,descendant_id)<(?,?))",
                    found,
                ])
        }
    }

    private static func statements(_ database: Database) -> [String] {
        var found: [String] = []
        var statement = sqlite3_next_stmt(database.sqliteConnection, nil)
        while let current = statement {
            found.append(String(cString: sqlite3_sql(current)))
            statement = sqlite3_next_stmt(database.sqliteConnection, current)
        }
        return found
    }

    private static func plan(_ sql: String, _ store: SQLiteStore) throws -> [String] {
        try store.writer.inDatabase { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            let count = Int(sqlite3_bind_parameter_count(statement.sqliteStatement))
            return try Row.fetchAll(statement, arguments: StatementArguments(Array(repeating: DatabaseValue.null, count: count))).map { $0["detail"] }
        }
    }
}
