@testable import PostgresStore
import TestKit
import Testing
import Voicemail

struct MaintenanceTests {
    @Test("Counters are right after everything that the contract does", arguments: StoreContract.all)
    func counters(_ promise: StoreContract.Case) async throws {
        try await withStore { store in
            try await promise.run(store)
            #expect(try await store.recount() == [])
            #expect(try await store.recountAccounts() == [])
            #expect(try await store.integrityCheck() == [])
        }
    }

    @Test("Wrong counters are found, set right and counted")
    func repair() async throws {
        try await withStore { store in
            let blob = BlobID()
            try await store.write { writer in
                _ = try writer.insert(StoreContract.message("one"))
                _ = try writer.insert(StoreContract.document("d"))
                try writer.insert(StoreContract.blob(blob), at: StoreContract.now)
            }
            try await store.transaction { writer in
                for table in ["mailbox_tally SET new_count = 7", "message_day SET count = 7", "document_tally SET count = 7"] {
                    try writer.execute("UPDATE \(raw: table)")
                }
            }
            #expect(try await store.recount() == [TallyDifference(mailboxID: "m", kept: Tally(new: 7), counted: Tally(new: 1))])
            let accounts = try await store.recountAccounts()
            #expect(accounts.map(\.subject) == ["messages of 2016-05-11", "documents of kind mailbox"])
            #expect(try await store.repairTallies() == 3)
            #expect(try await store.recount() == [])
            #expect(try await store.recountAccounts() == [])
            #expect(try await store.repairTallies() == 0)
            let census = try await store.census()
            #expect(census.messages == Tally(new: 1))
            #expect(census.documents == [.mailbox: 1])
        }
    }

    @Test("A copy is refused: the database has its own means")
    func backup() async throws {
        try await withStore { store -> Void in
            await #expect(throws: StoreError.self) { try await store.backup(to: "/nowhere") { _, _ in } }
        }
    }
}
