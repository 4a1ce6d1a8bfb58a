@testable import SQLiteStore
import Testing
import Voicemail

/// Events of kinds that a later program has written, in a database that this one goes on with.
@Suite struct UnknownEventTests {
    private static let created = Timestamp(unix: 1_463_000_000)

    @Test func theyWaitForTheirProgramAndHoldUpNone() async throws {
        try await withStore { store in
            func event(_ id: String) -> Event { Event(id: id, kind: .messageStored, accountID: "a", subjectID: "s", created: Self.created) }
            let known = [event("one"), event("two")]
            try await store.write { writer in
                let transaction = try #require(writer as? Transaction)
                for event in known {
                    try transaction.execute(
                        """
                        INSERT INTO event (id, kind, account_id, subject_id, payload, created)
                        VALUES ('x' || ?, 'box_painted', 'a', 's', '{}', \(Self.created.unix))
                        """
                    ) { $0.bind(event.id) }
                    try writer.append(event)
                }
            }
            let query = EventQuery(accountID: "a", from: Self.created, to: Self.created, limit: 9)
            let seen = try await store.read { reader in
                (try reader.unplannedEvents(limit: 2).map(\.id), try reader.events(after: 0, limit: 9).map(\.id), try reader.events(query).map(\.id))
            }
            #expect(seen.0 == ["one", "two"] && seen.1 == ["one", "two"] && seen.2 == ["one", "two"])
            try await store.write { try $0.markPlanned(try $0.unplannedEvents(limit: 9)) }
            func count() async throws -> Int {
                try await store.write { writer in
                    var run = try #require(writer as? Transaction).connection.prepare("SELECT count(*) FROM event")
                    return try run.step() ? run.int(0) : 0
                }
            }
            try await store.write { try $0.removeEvents(createdBefore: Self.created) }
            let young = try await count()
            #expect(young == 4)
            // They do not stay for ever where that program never comes.
            try await store.write { try $0.removeEvents(createdBefore: Self.created.advanced(by: 1)) }
            let old = try await count()
            #expect(old == 0)
        }
    }
}
