@testable import PostgresStore
import Testing
import Voicemail

/// Events of kinds that a later program has written: two of different versions may share a database.
@Suite struct UnknownEventTests {
    @Test func theyWaitForTheirProgramAndHoldUpNone() async throws {
        try await withStore { store in
            let created = Timestamp(unix: 1_463_000_000)
            let known = Event(id: "one", kind: .messageStored, accountID: "a", subjectID: "s", created: created)
            try await store.write { writer in
                let transaction = try #require(writer as? Transaction)
                try transaction.execute(
                    "INSERT INTO event (id, kind, account_id, subject_id, payload, created) VALUES ('x', 'box_painted', 'a', 's', '{}', \(created))")
                try writer.append(known)
            }
            let query = EventQuery(accountID: "a", from: created, to: created, limit: 9)
            let seen = try await store.read { reader in
                (try reader.unplannedEvents(limit: 1).map(\.id), try reader.events(after: 0, limit: 9).map(\.id), try reader.events(query).map(\.id))
            }
            #expect(seen.0 == ["one"] && seen.1 == ["one"] && seen.2 == ["one"])
            try await store.write { writer in
                try writer.markPlanned(try writer.unplannedEvents(limit: 9))
                try writer.removeEvents(createdBefore: created.advanced(by: 1))
            }
            let left = try await store.write { writer in
                try #require(writer as? Transaction).rows("SELECT count(*) FROM event").map { $0.int(0) }
            }
            #expect(left == [0])
        }
    }
}
