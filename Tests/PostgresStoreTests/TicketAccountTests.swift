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
}
