import Testing
import Voicemail

@testable import PostgresStore

/// A ticket's account comes with it, and is what the account is.
struct TicketAccountTests {
    private let account = StoredDocument(
        id: "a", kind: .account, accountID: "a", name: "A", scope: "accounts", attributes: ["name": "A", "language": "en"], created: Timestamp(unix: 5))

    private func ticket(of account: String) -> Ticket {
        Ticket(
            hash: "of-" + account, kind: Ticket.Kind(rawValue: "test"), accountID: account, userID: nil, credentialID: nil, partner: nil, replaced: nil,
            created: Timestamp(unix: 1), expires: Timestamp(unix: 2), details: ["why": "test"])
    }

    private struct Found: Sendable, Equatable { let whole: StoredDocument?, part: StoredDocument? }

    private func find(_ id: String, _ reader: any StoreReader) throws -> Found {
        Found(whole: try reader.document(id: id), part: try reader.document(id: id, attributes: ["language"]))
    }

    @Test("Read behind its ticket, whole or in part, it is what is read alone; one that is not there is none")
    func isTheSame() async throws {
        try await withStore(pool: 2) { store in
            let tickets = [ticket(of: "a"), ticket(of: "nobody")]
            _ = try await store.write { writer in
                _ = try writer.insert(account)
                for ticket in tickets { try writer.insert(ticket) }
            }
            // The second time all is foreseen.
            for _ in 1...2 {
                let alone = try await store.read { try find("a", $0) }
                #expect(alone.whole?.attributes == account.attributes && alone.part?.attributes == ["language": "en"])
                let behind = try await store.read { reader in
                    #expect(try reader.ticket(hash: "of-a") == tickets[0])
                    return try find("a", reader)
                }
                #expect(behind == alone)
                let nobody = try await store.read { reader in
                    #expect(try reader.ticket(hash: "of-nobody") == tickets[1])
                    #expect(try find("a", reader) == alone)
                    return try find("nobody", reader)
                }
                #expect(nobody == Found(whole: nil, part: nil))
            }
            try await store.write { try $0.remove(documentID: "a", at: Timestamp(unix: 9), physically: false) }
            let removed = try await store.read { reader in
                #expect(try reader.ticket(hash: "of-a") == tickets[0])
                return try find("a", reader)
            }
            #expect(removed == Found(whole: nil, part: nil))
        }
    }

    @Test("Who changes it behind its ticket reads what he has made of it")
    func isChanged() async throws {
        try await withStore(pool: 2) { store in
            let ticket = ticket(of: "a")
            _ = try await store.write { writer in
                _ = try writer.insert(account)
                try writer.insert(ticket)
            }
            let language = try await store.write { writer in
                _ = try writer.ticket(hash: ticket.hash)
                guard var account = try writer.document(id: "a") else { return JSON.null }
                account.attributes["language"] = "fr"
                try writer.update(account)
                return try writer.document(id: "a")?.attributes["language"] ?? .null
            }
            #expect(language == "fr")
        }
    }

    /// What somebody else makes of a ticket that this connection knows, and of its account, without raising a number of ours.
    private static let deeds = [
        "SELECT 1",
        "UPDATE document SET attributes = '{\"language\":\"fr\"}' WHERE id = 'a'",
        "UPDATE document SET attributes = attributes WHERE id = 'a'",
        "UPDATE ticket SET expires = 77 WHERE hash = 'of-a'",
        "UPDATE ticket SET details = '{}'; UPDATE document SET name = 'B' WHERE id = 'a'",
        "UPDATE document SET removed_at = 9 WHERE id = 'a'",
        "UPDATE document SET removed_at = NULL WHERE id = 'a'",
        "UPDATE ticket SET account_id = 'b' WHERE hash = 'of-a'",
        "UPDATE ticket SET account_id = 'a' WHERE hash = 'of-a'",
        "BEGIN; UPDATE document SET name = 'C' WHERE id = 'a'; ROLLBACK",
        "BEGIN; UPDATE document SET name = 'C' WHERE id = 'a'; UPDATE document SET name = 'D' WHERE id = 'a'; COMMIT",
        "CREATE TABLE kept AS SELECT * FROM ticket; DELETE FROM ticket WHERE hash = 'of-a'",
        "INSERT INTO ticket SELECT * FROM kept WHERE hash = 'of-a'",
        "BEGIN; DELETE FROM ticket; INSERT INTO ticket SELECT * FROM kept; UPDATE ticket SET kind = 'other'; COMMIT",
        "VACUUM FULL document", "VACUUM FREEZE ticket", "VACUUM FREEZE document",
        "UPDATE document SET secret = 'x', hidden = '{\"h\":1}' WHERE id = 'a'",
    ]

    @Test("What is known of a ticket is what somebody who knows nothing reads, whatever has become of its rows")
    func isKnown() async throws {
        try await withDatabase { url in
            // One connection reads.
            let options = PostgresOptions(url: url, pool: 2)
            try await withStore(options) { store in
                let tickets = [ticket(of: "a"), ticket(of: "nobody")]
                _ = try await store.write { writer in
                    _ = try writer.insert(account)
                    for ticket in tickets { try writer.insert(ticket) }
                }
                let vandal = try Connection(options)
                for deed in Self.deeds {
                    for answer in try vandal.runScript(deed, within: 60) { #expect(!answer.isFailure, "\(answer.message)") }
                    let fresh = try await withStore(options) { try await Self.found($0) }
                    for _ in 1...3 { #expect(try await Self.found(store) == fresh, "after \(deed)") }
                }
            }
        }
    }

    private struct Read: Sendable, Equatable { let ticket: Ticket?, whole: StoredDocument?, part: StoredDocument?, nobody: Ticket? }

    private static func found(_ store: PostgresStore) async throws -> Read {
        let (ticket, whole, part) = try await store.read { reader in
            (try reader.ticket(hash: "of-a"), try reader.document(id: "a"), try reader.document(id: "a", attributes: ["language"]))
        }
        return Read(ticket: ticket, whole: whole, part: part, nobody: try await store.read { try $0.ticket(hash: "of-nobody") })
    }

    /// A transaction's number on another database may be that of another change, so a lost connection is forgotten with all that it was told.
    @Test("Nothing is known any more once a connection is lost")
    func isForgotten() async throws {
        try await withDatabase { url in
            let options = PostgresOptions(url: url, pool: 2)
            let session = Session(options, reachability: Reachability())
            try await withStore(options) { store in
                _ = try await store.write { writer in
                    _ = try writer.insert(account)
                    try writer.insert(ticket(of: "a"))
                }
                #expect(try session.read { try Snapshot(session).ticket(hash: "of-a") } == ticket(of: "a"))
                #expect(session.knownTickets.entry(of: "of-a") != nil)
                session.disconnect()
                #expect(session.knownTickets.entry(of: "of-a") == nil)
                #expect(try session.read { try Snapshot(session).ticket(hash: "of-a") } == ticket(of: "a"))
            }
        }
    }
}
