@testable import PostgresStore
import TestKit
import Testing
import Voicemail

/// Promise 8: cost follows the page.
struct QueryPlanTests {
    private struct Plan: Sendable {
        let statement: String
        let lines: [String]
    }

    /// Statements that read all of an index, and why they may.
    private static let mayScan = [
        // The least of it, or the few that wait.
        "WITH RECURSIVE named", "planned = 0", "WHERE batch = 0", "FROM document WHERE removed_at IS NOT NULL AND kind = 'account'",
        // A row for each state and slot.
        "FROM delivery_tally",
        // The last few.
        "SELECT serial FROM event ORDER BY serial DESC LIMIT ?",
    ]

    /// Statements that sort what they find, and why they may.
    private static let maySort = [
        // What the caller names: ids, numbers, targets.
        "unnest(",
        // Serials of a stretch of time, or of numbers that the caller names.
        "FROM recording ",
        // Rows of a part, each taken once.
        "IN (SELECT ", "IN (\n",
        // The few live tokens of one application.
        "FROM ticket",
        // Events of a stretch of time, which an administrator has told once more: those of one second in their order.
        "AND (created, serial) >",
        // Targets that wait, each found by a step in an index.
        "WITH RECURSIVE named",
        // A page of receivers, each found by a step in an index.
        "WITH RECURSIVE attempted",
        // A row for each state and slot.
        "FROM delivery_tally",
    ]

    @Test("No statement that the contract makes the store run passes over rows it does not want, or sorts")
    func nothingScans() async throws {
        var statements: [String: [Parameters.Kind]] = [:]
        for promise in StoreContract.all {
            let found = try await withStore(pool: 2) { store in
                try await promise.run(store)
                return try await prepared(store.readers).merging(prepared(store.writers)) { $1 }
            }
            statements.merge(found) { $1 }
        }
        #expect(statements.count > 60)
        try await withFilledStore { store in
            for plan in try await plans(of: statements, store.readers) {
                // An index that is read without a condition is read from one end to the other, which only a listing of everything may do.
                let scans = plan.lines.enumerated().filter { index, line in
                    if line.contains("Seq Scan on") { return true }
                    guard line.contains("Index Scan") || line.contains("Index Only Scan") else { return false }
                    return !plan.lines.dropFirst(index + 1).prefix(1).contains { $0.contains("Index Cond") }
                }.map { String($0.element) }
                if !Self.mayScan.contains(where: plan.statement.contains) {
                    #expect(scans == [], "\(plan.statement)\n\(plan.lines.joined(separator: "\n"))")
                }
                if !Self.maySort.contains(where: plan.statement.contains) {
                    let sorts = plan.lines.filter { $0.contains("Sort") }
                    #expect(sorts == [], "\(plan.statement)\n\(plan.lines.joined(separator: "\n"))")
                }
            }
        }
    }

    @Test("A listing looks for both ends of what it wants in its index")
    func listingsSeekBothEnds() async throws {
        try await withFilledStore { store in
            for (scope, folder, index) in [
                (.mailbox("m"), nil, "message_by_mailbox"), (.mailbox("m"), .new, "message_by_folder"), (.account("a"), nil, "message_by_account"),
            ] as [(MessageQuery.Scope, Folder?, String)] {
                for ascending in [true, false] {
                    let query = MessageQuery(
                        scope: scope, start: MessagePosition(timestamp: StoreContract.now, serial: 7), ascending: ascending, folder: folder)
                    try await store.read { reader in try reader.messages(query) { _ in true } }
                    let found = try await plans(of: prepared(store.readers), store.readers).map(\.lines).filter { lines in
                        lines.contains { $0.contains("Index Scan\(ascending ? "" : " Backward") using \(index) on message") }
                            && lines.contains { $0.contains("Index Cond") && $0.contains(">=") && $0.contains("<=") }
                    }
                    #expect(!found.isEmpty, "\(index)")
                }
            }
        }
    }

    /// Runs `body` with a store that holds enough for plans to matter, and whose server has counted it.
    private func withFilledStore(_ body: (PostgresStore) async throws -> Void) async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                let name = PostgresCluster.database(of: url)
                try await PostgresCluster.shared.value.run(Self.filling, in: name)
                try await body(store)
            }
        }
    }

    private static let filling = """
        INSERT INTO blob SELECT 'b' || n, 1, 'x', CASE WHEN n % 9 = 0 THEN NULL ELSE 1 END, 1, 1, 'wav', 1, 0, n FROM generate_series(1, 3000) AS n;
        INSERT INTO document (id, kind, account_id, name, key, scope, lookup, label, owner_id, attributes, hidden, blob_id, revision, created, modified,
        removed_at) SELECT 'd' || n, CASE n % 3 WHEN 0 THEN 'account' WHEN 1 THEN 'mailbox' ELSE 'user' END, 'a' || n % 50, 'n' || n, 'k' || n, 'a' || n % 50,
        'l' || n % 200, 'x' || n, 'o' || n % 300, '{}', '{}', CASE WHEN n % 10 = 0 THEN 'b' || n END, 1, 1, 1, CASE WHEN n % 20 = 0 THEN n END
        FROM generate_series(1, 3000) AS n;
        INSERT INTO account_tree SELECT 'd' || n, CASE WHEN n % 2 = 0 THEN '' ELSE 'd' || n % 100 END, 'n' || n, 'l' || n % 200 FROM generate_series(1, 3000) AS n;
        INSERT INTO message (id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id, length_ms, blob_id,
        revision, modified, retired, removed_at) SELECT 'm' || n, 'a' || n % 50, 'd' || n % 300, n, CASE n % 4 WHEN 0 THEN 'deleted' WHEN 1 THEN 'new' ELSE
        'saved' END, '', '', '', '', '', 1, CASE WHEN n % 2 = 0 THEN 'b' || n % 3000 + 1 END, 1, 1, n % 2, CASE WHEN n % 20 = 0 THEN n END
        FROM generate_series(1, 20000) AS n;
        INSERT INTO recording (id, account_id, name, source, started, caller_number, caller_name, callee_number, callee_name, direction, call_id,
        call_record_id, duration_ms, blob_id, audio_size, content_type, file_name, created) SELECT 'r' || n, 'a' || n % 50, 'n' || n, 's' || n, n * 999,
        n % 70, '', n % 60, '', 'Internal', '', 'c' || n, 1, 'b' || n % 3000 + 1, 1, '', '', 1 FROM generate_series(1, 10000) AS n;
        INSERT INTO ticket SELECT 't' || n, 'k', 'a' || n % 50, 'u' || n % 300, 'c' || n % 300, NULL, NULL, 1, n, '{}' FROM generate_series(1, 5000) AS n;
        INSERT INTO credential SELECT 'c' || n, 'k', 'a' || n % 50, '', 'h' || n, '', '{}', n FROM generate_series(1, 2000) AS n;
        INSERT INTO event (id, kind, account_id, subject_id, payload, created, planned) SELECT 'e' || n, 'k', 'a', 's', '{}', n, (n % 100 > 0)::int
        FROM generate_series(1, 5000) AS n;
        INSERT INTO delivery (id, channel, target, account_id, event_serial, payload, state, attempts, due, claimed_by, claimed_until, failure, created)
        SELECT 'd' || n, 'c' || n % 3, 't' || n % 100, 'a' || n % 50, n, '{}', CASE WHEN n % 10 = 0 THEN 'dead' ELSE 'pending' END, 0, n, NULL,
        CASE WHEN n % 50 = 0 THEN n ELSE 0 END, '', n FROM generate_series(1, 5000) AS n;
        INSERT INTO attempt (receiver_id, account_id, made, status, is_success, failure, retries_left) SELECT 'h' || n % 300, 'a' || n % 50, n, 200, 1, NULL, 0
        FROM generate_series(1, 10000) AS n;
        INSERT INTO login_count SELECT 'l' || n, 'k' || n % 3, '', n % 70, 1, n FROM generate_series(1, 3000) AS n;
        INSERT INTO hold (id, subject, subject_id, account_id, mailbox_id, reason, created) SELECT 'h' || n, 'message', 'm' || n * 7, 'a' || n % 2000,
        'd' || n % 2000, '', n FROM generate_series(1, 20000) AS n;
        INSERT INTO audit_entry (id, account_id, action, actor, subjects, details, created, batch) SELECT 'e' || n, 'a' || n % 50, 'exported', '', '[]',
        '{}', n, CASE WHEN n % 100 = 0 THEN 0 ELSE n / 500 + 1 END FROM generate_series(1, 5000) AS n;
        INSERT INTO audit_text SELECT n, '{}' FROM generate_series(1, 5000) AS n;
        INSERT INTO audit_batch SELECT 'a' || n % 50, n / 50 + 1, 1, 'h', n FROM generate_series(1, 2000) AS n;
        INSERT INTO blob_garbage (blob_id, not_before) SELECT 'b' || n, n FROM generate_series(1, 900) AS n;
        ANALYZE;
        """

    private func prepared(_ lanes: Lanes) async throws -> [String: [Parameters.Kind]] {
        try await inLane(lanes) { session in
            Dictionary(uniqueKeysWithValues: try session.connect().prepared.known.map { ($0.key.text, $0.value.kinds) })
        }
    }

    /// What the server means to do for each statement.
    private func plans(of statements: [String: [Parameters.Kind]], _ lanes: Lanes) async throws -> [Plan] {
        try await inLane(lanes) { session in
            let connection = try session.connect()
            return try statements.map { text, kinds in
                if connection.prepared[text] == nil {
                    let failure = try connection.prepare(text, kinds, within: 10)
                    #expect(!failure.isFailure, "\(failure.message)")
                }
                let name = connection.prepared[text]?.name ?? ""
                let parameters = kinds.isEmpty ? "" : "(" + Array(repeating: "NULL", count: kinds.count).joined(separator: ", ") + ")"
                let answers = try connection.runScript("EXPLAIN (COSTS OFF) EXECUTE \(name)\(parameters)", within: 10)
                let failure = answers.first { $0.isFailure }
                #expect(failure == nil, "\(failure?.message ?? "")")
                return Plan(statement: text, lines: answers.last?.rows.map { $0.text(0) } ?? [])
            }
        }
    }

    private func inLane<Value: Sendable>(_ lanes: Lanes, _ body: @escaping @Sendable (Session) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isQueued = lanes.enqueue { session, _ in continuation.resume(with: Result { try body(session) }) }
            #expect(isQueued)
        }
    }
}
