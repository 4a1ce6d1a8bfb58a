import StoredRows
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// What becomes of a transaction by the class of its error, as the real server raises it.
struct ErrorClassTests {
    private func has(_ id: String, _ store: PostgresStore) async throws -> Bool { try await store.read { try $0.message(id: id) != nil } }

    struct Class: Sendable, CustomTestStringConvertible {
        let state: String
        /// How often the transaction is run.
        let runs: Int
        /// nil for what is told with the state.
        let error: StoreError?
        var testDescription: String { state }
    }

    private static let classes = [
        // Others were in the way: four times beside them, and then alone.
        Class(state: "40001", runs: 11, error: nil), Class(state: "40P01", runs: 11, error: nil), Class(state: "23505", runs: 11, error: .conflict),
        // The server goes, or has changed its part.
        Class(state: "57P01", runs: 3, error: nil), Class(state: "57P02", runs: 3, error: nil), Class(state: "57P03", runs: 3, error: nil),
        Class(state: "25006", runs: 3, error: nil),
        // An insertion that found its key taken.
        Class(state: "22012", runs: 1, error: .conflict), Class(state: "53100", runs: 1, error: .full),
        // A change of a row that is not there.
        Class(state: "2201E", runs: 1, error: .failed("no such row to change")),
        // What would fail again: a statement that took too long, a lock that was not had, no memory, a wrong statement, a function's own.
        Class(state: "57014", runs: 1, error: nil), Class(state: "55P03", runs: 1, error: nil), Class(state: "53200", runs: 1, error: nil),
        Class(state: "42601", runs: 1, error: nil), Class(state: "P0001", runs: 1, error: nil), Class(state: "XX000", runs: 1, error: nil),
        Class(state: "23514", runs: 1, error: nil), Class(state: "22P02", runs: 1, error: nil),
    ]

    private static let function = """
        CREATE FUNCTION raise(state text, behind bigint) RETURNS bigint LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('raised') > behind THEN RETURN 1; END IF;
            RAISE EXCEPTION 'as was asked' USING ERRCODE = state, DETAIL = 'a secret value';
        END $$
        """

    private func withFunction(_ body: (PostgresStore) async throws -> Void) async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                let name = PostgresCluster.database(of: url)
                for statement in ["CREATE SEQUENCE raised", Self.function] { try await PostgresCluster.shared.value.run(statement, in: name) }
                try await body(store)
            }
        }
    }

    @Test("Each class is run again as often as that may help, told by its state and without values, and nothing is left of it")
    func classes() async throws {
        try await withFunction { store in
            for each in Self.classes {
                let runs = Mutex(0)
                let error = await #expect(throws: StoreError.self, "\(each.state)") {
                    try await store.transaction { transaction in
                        runs.withLock { $0 += 1 }
                        _ = try transaction.insert(StoreContract.message("never"))
                        _ = try transaction.count(of: "SELECT raise(\(each.state), \(Int.max))")
                    }
                }
                let count = runs.withLock { $0 }
                #expect(count == each.runs, "\(each.state)")
                if let expected = each.error {
                    #expect(error == expected, "\(each.state)")
                } else {
                    #expect(error == .failed("PostgreSQL error \(each.state): as was asked"), "\(each.state)")
                }
                let isThere = try await has("never", store)
                #expect(!isThere, "\(each.state)")
            }
            // A full disk is told for a while, although the commits of messages to nobody go through.
            #expect(await store.unavailability() != nil)
        }
    }

    @Test("What fails a few times and then works is there once", arguments: [("40001", 3), ("40001", 9), ("40P01", 5), ("57P01", 2)])
    func passing(_ state: String, _ failures: Int) async throws {
        try await withFunction { store in
            let stored = try await store.transaction { transaction in
                let message = try transaction.insert(StoreContract.message("once"))
                _ = try transaction.count(of: "SELECT raise(\(state), \(failures))")
                return message
            }
            let found = try await store.read { reader in try reader.message(id: "once") }
            #expect(found == stored)
            let tally = try await store.read { try $0.tally(mailboxID: stored.mailboxID, cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: 1))
        }
    }

    @Test("An error that its caller keeps to himself ends the transaction all the same")
    func swallowed() async throws {
        try await withFunction { store in
            await #expect(throws: StoreError.failed("PostgreSQL error P0001: as was asked")) {
                try await store.transaction { transaction in
                    _ = try transaction.insert(StoreContract.message("never"))
                    _ = try? transaction.count(of: "SELECT raise(\("P0001"), \(Int.max))")
                    // Nothing can follow.
                    #expect(throws: StoreError.self) { try transaction.message(id: "never") }
                }
            }
            #expect(try await !has("never", store))
            // The connection goes on to serve.
            _ = try await store.write { try $0.insert(StoreContract.message("next")) }
            #expect(try await has("next", store))
        }
    }

    @Test("What the caller throws is his, and takes his changes with it")
    func own() async throws {
        struct Mine: Error, Equatable { let number: Int }
        try await withStore(pool: 2) { store in
            let runs = Mutex(0)
            await #expect(throws: Mine(number: 7)) {
                try await store.write { writer in
                    runs.withLock { $0 += 1 }
                    _ = try writer.insert(StoreContract.message("never"))
                    throw Mine(number: 7)
                }
            }
            await #expect(throws: Mine(number: 8)) {
                try await store.read { reader in
                    _ = try reader.message(id: "never")
                    throw Mine(number: 8)
                }
            }
            let count = runs.withLock { $0 }
            let isThere = try await has("never", store)
            #expect(count == 1 && !isThere)
        }
    }

    @Test("A store that is closed says so, however it is asked, and closes once")
    func closed() async throws {
        try await withStore(pool: 2) { store in
            store.close()
            let words = StoreError.failed("the database is closed")
            await #expect(throws: words) { _ = try await store.read { try $0.message(id: "x") } }
            await #expect(throws: words) { _ = try await store.write { try $0.insert(StoreContract.message()) } }
            #expect(await store.unavailability() != nil)
            store.close()
        }
    }

    @Test(
        "Half of a pool writes, and there is one of each at least",
        arguments: [
            (0, 1, 1), (1, 1, 1), (2, 1, 1), (3, 1, 2), (4, 2, 2), (5, 2, 3), (8, 4, 4), (17, 8, 9), (1000, 500, 500), (-5, 1, 1),
        ])
    func pools(_ pool: Int, _ writers: Int, _ readers: Int) {
        let options = PostgresOptions(url: "", pool: pool)
        #expect(options.writers == writers && options.readers == readers)
    }

    @Test(
        "Addresses that will do, and what is wrong with others",
        arguments: [
            ("postgresql://u@h/d", nil), ("postgres://u@h/d", nil), ("postgresql:///d?host=/run/postgresql&user=u", nil), ("postgresql://u@[::1]:5433/d", nil),
            ("postgresql://u@h:1,i:2/d?sslmode=verify-full&sslrootcert=/ca.pem", nil), ("postgresql://u@h/d?application_name=a%20b", nil),
            ("postgresql://u:p@h/d", "has a password in it: put that into a file of libpq's, and passfile=FILE into the URL"),
            ("postgresql://u@h/d?password=p", "has a password in it: put that into a file of libpq's, and passfile=FILE into the URL"),
            ("", "is no URL such as postgresql://user@host/database"), ("host=h dbname=d", "is no URL such as postgresql://user@host/database"),
            ("http://h/d", "is no URL such as postgresql://user@host/database"),
            ("postgresql://u@h/d?sslmode", "is no URL such as postgresql://user@host/database"),
            ("postgresql://u@h/d?a=1", "has a in it, which is no setting of libpq's"),
        ] as [(String, String?)])
    func addresses(_ url: String, _ trouble: String?) {
        #expect(PostgresOptions.trouble(with: url) == trouble)
    }
}

/// Values on their way to the server and back.
struct ParameterTests {
    private func expect(_ statement: SQL, _ store: PostgresStore, gives values: [StoredValue], at location: SourceLocation = #_sourceLocation) async throws {
        let found = try await store.transaction { transaction in
            let rows = try transaction.changedRows(statement)
            return rows.map { row in row.value(0) }
        }
        #expect(found == values, sourceLocation: location)
    }

    @Test("Each value comes back as it was, whatever it is")
    func values() async throws {
        let values: [StoredValue] =
            [.null, .int(0), .int(-1), .int(.max), .int(.min), .text(""), .bytes([]), .bytes([0]), .bytes(Array(0...255))]
            + StoreContract.hostileTexts.map { StoredValue.text($0) } + [
                .text("'; DROP TABLE message; --"), .text("$1"), .text("?"), .text(String(repeating: "x", count: 1_000_000)),
            ]
        try await withStore(pool: 2) { store in
            for value in values {
                let form =
                    switch value {
                    case .int: "bigint"
                    case .bytes: "bytea"
                    case .text, .null: "text"
                    }
                try await expect("SELECT \(value)::\(raw: form)", store, gives: [value])
            }
            // The tables are still there.
            _ = try await store.write { try $0.insert(StoreContract.message()) }
        }
    }

    @Test("Lists keep their order, their NULLs and their length, none included")
    func lists() async throws {
        try await withStore(pool: 2) { store in
            let ints: [StoredValue] = [.int(3), .null, .int(.min), .int(3)],
                texts: [StoredValue] = [.text(""), .null, .text("a,b"), .text("{}"), .text("\"\\"), .text("NULL")]
            let bytes: [StoredValue] = [.bytes([]), .null, .bytes([0, 255])]
            try await expect("SELECT * FROM unnest(\(ints, .int)::bigint[])", store, gives: ints)
            try await expect("SELECT * FROM unnest(\(texts, .text)::text[])", store, gives: texts)
            try await expect("SELECT * FROM unnest(\(bytes, .bytes)::bytea[])", store, gives: bytes)
            try await expect("SELECT * FROM unnest(\([] as [StoredValue], .int)::bigint[])", store, gives: [])
            let many = (0..<20_000).map { StoredValue.int($0) }
            try await expect("SELECT * FROM unnest(\(many, .int)::bigint[])", store, gives: many)
            try await expect("SELECT count(*) FROM unnest(\([] as [String])::text[])", store, gives: [.int(0)])
            try await expect("SELECT sum(each)::bigint FROM unnest(\([1, 2, 3])::bigint[]) AS each", store, gives: [.int(6)])
        }
    }

    @Test("Pieces are put together in their order, each value with its own mark")
    func pieces() {
        let inner: SQL = "b = \(2) AND c = \("x")",
            whole: SQL = "SELECT \(1) WHERE \(inner) AND d IN (\(row: { $0.bind(4); $0.bind(nil as Int?) })) ORDER BY \(raw: "e")"
        #expect(whole.text == "SELECT ? WHERE b = ? AND c = ? AND d IN (?, ?) ORDER BY e")
        #expect(whole.parameters.count == 5 && whole.parameters.kinds == [.int, .int, .text, .int, .int])
        #expect(SQL.numbered(whole.text) == "SELECT $1 WHERE b = $2 AND c = $3 AND d IN ($4, $5) ORDER BY e")
        #expect(SQL.numbered(Array(repeating: "?", count: 11).joined()) == "$1$2$3$4$5$6$7$8$9$10$11")
        #expect(inner == "b = \(2) AND c = \("x")" && inner != "b = \(3) AND c = \("x")" && inner.hashValue == ("b = \(2) AND c = \("x")" as SQL).hashValue)
        #expect(inner.limited(to: 9).text == "b = ? AND c = ? LIMIT ?" && inner.limited(to: 9).parameters.count == 3)
        #expect(SQL.draw("message", 3) != SQL.draw("message", 2) && SQL.draw("message", 0).isDraw && !inner.isDraw)
    }
}
