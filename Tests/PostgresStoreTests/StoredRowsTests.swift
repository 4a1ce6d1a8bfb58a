import Foundation
@testable import PostgresStore
import TestKit
import Testing
import Voicemail

/// Rows as each version of the schema has stored them, as literal SQL. What they go into is made by the migrations, which a hash holds
/// (`OpeningTests`). Rows of 1 to 4 are those of 5 without what came later: nothing was stored when those were new.
struct StoredRowsTests {
    private static let stored = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Stored")

    /// Makes a database of an earlier version with its rows.
    static func restore(_ version: Int, at url: String) throws {
        let options = PostgresOptions(url: url), connection = try Connection(options)
        var statements = ["CREATE TABLE aftertone_migration (number BIGINT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"]
        for migration in Migrations.all where migration.number <= version {
            statements += migration.statements + ["INSERT INTO aftertone_migration (number) VALUES (\(migration.number))"]
        }
        // Triggers have been at work when the rows were stored.
        statements.append("SET session_replication_role = replica")
        statements.append(try String(contentsOf: Self.stored.appendingPathComponent("version-\(version).sql"), encoding: .utf8))
        for statement in statements {
            for answer in try connection.runScript(statement, within: 60) where answer.isFailure { throw Trouble(answer, isConnected: true).error }
        }
    }

    @Test("Stored rows of each version are brought up to date, and read as they were written", arguments: Migrations.all.map { $0.number })
    func opens(version: Int) async throws {
        try await withDatabase { url in
            try Self.restore(version, at: url)
            let options = PostgresOptions(url: url, pool: 2)
            if version < Migrations.all.count { #expect(throws: PostgresOpenError.olderSchema) { try PostgresStore.look(options) { _ in } } }
            try await withStore(options) { store in
                try await StoredWorld.check(store)
                #expect(try await store.integrityCheck() == [])
                #expect(try await store.recount() == [])
                #expect(try await store.recountAccounts() == [])
                // What waits is found by who works it off, also where nothing had noted who has something waiting.
                let later = Timestamp(unix: 1_800_000_000), claim = Delivery.Claim(holder: "another", until: later.advanced(by: 30))
                let claimed = try await store.write { try $0.claimDeliveries(under: claim, dueBy: later, targets: 9, perTarget: 9) }
                #expect(claimed.map(\.id) == ["pending"])
                // And it is one to go on working with.
                _ = try await store.write { try $0.insert(StoreContract.message("later", mailbox: StoredWorld.mailbox.id)) }
                #expect(try await store.read { try $0.message(id: "later") } != nil)
                #expect(try await store.recount() == [])
            }
        }
    }

    /// `scripts/stored-database` runs this when a version is about to be released.
    @Test("Rows of this version are made where they are asked for", .enabled(if: ProcessInfo.processInfo.environment["AFTERTONE_STORED_ROWS"] != nil))
    func make() async throws {
        let target = try #require(ProcessInfo.processInfo.environment["AFTERTONE_STORED_ROWS"])
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                try await StoredWorld.fill(store)
                try await StoredWorld.check(store)
            }
            try await TemporaryDirectory.run { directory in
                // Rows and the numbers that were given, without what a program of PostgreSQL's version says about itself.
                let dumped = try await Shell.run(
                    """
                    pg_dump --data-only --column-inserts --no-comments -T aftertone_migration -T commit_mark '\(url)' > all.sql
                    grep -E '^(INSERT INTO |SELECT pg_catalog.setval)' all.sql > '\(target)'
                    """, environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"], in: directory.path)
                #expect(dumped.status == 0, "\(dumped.output)")
            }
        }
    }
}
