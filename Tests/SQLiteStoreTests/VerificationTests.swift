import Foundation
import GRDB
@testable import SQLiteStore
import Synchronization
import TestKit
import Testing
import Voicemail

struct VerificationTests {
    @Test("A wrong counter is found, told with both numbers, and set right")
    func wrongCounter() async throws {
        try await withStore { store in
            try await store.write { writer in
                for number in 0..<6 { _ = try writer.insert(StoreContract.message(mailbox: "m\(number % 3)", folder: number < 3 ? .new : .saved)) }
            }
            #expect(try await store.recount() == [])
            try await store.writer.writeWithoutTransaction { database in
                try database.execute(sql: "UPDATE mailbox_tally SET new = 7 WHERE mailbox_id = 'm0'")
                try database.execute(sql: "DELETE FROM mailbox_tally WHERE mailbox_id = 'm1'")
                try database.execute(sql: "INSERT INTO mailbox_tally VALUES ('ghost', 'a', 0, 2)")
            }
            let one = Tally(new: 1, saved: 1)
            let expected = [
                TallyDifference(mailboxID: "ghost", kept: Tally(saved: 2), counted: Tally()),
                TallyDifference(mailboxID: "m0", kept: Tally(new: 7, saved: 1), counted: one),
                TallyDifference(mailboxID: "m1", kept: Tally(), counted: one),
            ]
            #expect(try await store.recount() == expected)
            #expect(try await store.recount(limit: 2) == Array(expected.prefix(2)))
            #expect(try await store.repairTallies() == 3)
            #expect(try await store.recount() == [])
            #expect(try await store.repairTallies() == 0)
            let retired = try await store.write { try $0.retire(accountID: "a", cutoff: StoreContract.now.advanced(by: 1), limit: 99) }
            #expect(retired == 6)
        }
    }

    @Test("Wrong counters of an account's days and recordings are found, told with both numbers, and counted anew")
    func wrongAccountCounters() async throws {
        try await withStore { store in
            let blob = BlobID(), day = 86_400
            try await store.write { writer in
                try writer.insert(StoreContract.blob(blob), at: StoreContract.now)
                for number in 0..<6 { _ = try writer.insert(StoreContract.message(at: number / 2 * day, folder: number == 5 ? .deleted : .new)) }
                for number in 0..<3 { _ = try writer.insert(StoreContract.recording(at: number * day, caller: "100\(number)", blob: blob)) }
            }
            #expect(try await store.recountAccounts() == [])
            try await store.writer.writeWithoutTransaction { database in
                try database.execute(sql: "UPDATE message_day SET count = 5 WHERE day = 0")
                try database.execute(sql: "DELETE FROM message_day WHERE day = 1")
                try database.execute(sql: "INSERT INTO message_day VALUES ('ghost', \(Int.max), 4)")
                try database.execute(sql: "UPDATE recording_tally SET bytes = 1 WHERE axis = 0")
                try database.execute(sql: "DELETE FROM recording_tally WHERE bucket = '1002'")
                try database.execute(sql: "INSERT INTO recording_tally VALUES ('a', 1, -1, 2, 9)")
                try database.execute(sql: "UPDATE recording_tally SET count = 7 WHERE axis = 2")
            }
            func difference(_ account: String, _ subject: String, _ kept: Int, _ keptBytes: Int?, _ counted: Int, _ countedBytes: Int?) -> CounterDifference {
                CounterDifference(
                    accountID: account, subject: subject, kept: .init(rows: kept, bytes: keptBytes), counted: .init(rows: counted, bytes: countedBytes))
            }
            let expected = [
                difference("a", "messages of 1970-01-01", 5, nil, 2, nil), difference("a", "messages of 1970-01-02", 0, nil, 2, nil),
                difference("ghost", "messages of day \(Int.max)", 4, nil, 0, nil), difference("a", "recordings", 3, 1, 3, 21),
                difference("a", "recordings of 1969-12-31", 2, 9, 0, 0), difference("a", "recordings of block 0", 7, 21, 3, 21),
                difference("a", "recordings of caller 1002", 0, 0, 1, 7),
            ]
            #expect(try await store.recountAccounts() == expected)
            #expect(try await store.recountAccounts(limit: 1) == [expected[0], expected[3]])
            // They are none of a mailbox's.
            #expect(try await store.recount() == [])
            #expect(try await store.repairTallies() == 7)
            #expect(try await store.recountAccounts() == [])
            #expect(try await store.repairTallies() == 0)
            let page = try await store.read { reader in
                var days: [CountedDay] = []
                try reader.visibleDays(accountID: "a", from: Timestamp(unix: -day), to: Timestamp(unix: 9 * day), ascending: true) {
                    days.append($0)
                    return true
                }
                return days
            }
            #expect(page == [CountedDay(day: 0, count: 2), CountedDay(day: 1, count: 2), CountedDay(day: 2, count: 1)])
        }
    }

    @Test("Counters follow statements that know nothing of them")
    func triggers() async throws {
        try await withStore { store in
            try await store.write { writer in
                for number in 0..<30 {
                    _ = try writer.insert(StoreContract.message("m\(number)", mailbox: "m\(number % 3)", folder: Folder.allCases[number % 3]))
                }
            }
            for statement in [
                "UPDATE message SET folder = 'saved' WHERE serial % 4 = 0", "UPDATE message SET mailbox_id = 'm2' WHERE serial % 5 = 0",
                "UPDATE message SET removed_at = 1 WHERE serial % 7 = 0", "UPDATE message SET retired = 1 WHERE serial % 3 = 0",
                "UPDATE message SET removed_at = NULL, folder = 'new'", "DELETE FROM message WHERE serial % 2 = 0", "UPDATE message SET retired = 0",
                "UPDATE message SET timestamp = timestamp + 86400 WHERE serial % 3 = 1", "UPDATE message SET account_id = 'b' WHERE serial % 5 = 1",
                "UPDATE OR REPLACE message SET id = 'm0' WHERE serial < 3", "DELETE FROM message",
            ] {
                try await store.writer.writeWithoutTransaction { try $0.execute(sql: statement) }
                #expect(try await store.recount() == [], "\(statement)")
                #expect(try await store.recountAccounts() == [], "\(statement)")
            }
        }
    }

    @Test("Damage in the file and in references is found")
    func damage() async throws {
        try await withStore { store in
            _ = try await store.write { try $0.insert(StoreContract.message("m")) }
            #expect(try await store.integrityCheck() == [])
            try await store.writer.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                try database.execute(sql: "UPDATE message SET blob_id = '\(BlobID())'")
                // An index that lacks a row.
                try database.execute(sql: "PRAGMA writable_schema = ON")
                try database.execute(sql: "UPDATE sqlite_schema SET sql = replace(sql, 'IS NULL', 'IS NOT NULL') WHERE name = 'message_by_account'")
            }
            let found = try await store.integrityCheck()
            #expect(found.contains("1 rows of message name a blob that is not there"))
            #expect(found.contains { $0.contains("message_by_account") })
        }
    }

    @Test("A backup is the database as it was, while others go on writing")
    func backup() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        // Long ids make for more pages than one step copies.
        let long = String(repeating: "x", count: 1000)
        try await store.write { writer in for number in 0..<2000 { _ = try writer.insert(StoreContract.message(long + "\(number)")) } }
        let seen = Mutex<[(Int, Int)]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<50 { _ = try await store.write { try $0.insert(StoreContract.message("during-\(number)")) } }
            }
            try await store.backup(to: directory.path("copy")) { copied, total in seen.withLock { $0.append((copied, total)) } }
            try await group.waitForAll()
        }
        let reports = seen.withLock { $0 }
        #expect(reports.count > 1)
        #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.0 < $1.0 })
        #expect(reports.last.map { $0.0 == $0.1 } == true)
        let copy = try SQLiteStore(path: directory.path("copy"))
        #expect(try await copy.integrityCheck() == [])
        #expect(try await copy.recount() == [])
        let tally = try await copy.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
        #expect((2000...2050).contains(tally.new))
        try copy.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.path("copy")))
        await #expect(throws: StoreError.self) { try await store.backup(to: directory.path("copy")) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path("copy"))) == bytes)
        await #expect(throws: StoreError.self) { try await store.backup(to: directory.path("nowhere/copy")) }
        try store.close()
    }

    @Test("A closed store fails what it is asked, and does not end the process")
    func closed() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        try store.close()
        await #expect(throws: StoreError.self) { try await store.read { try $0.message(id: "m") } }
        await #expect(throws: StoreError.self) { try await store.write { try $0.insert(StoreContract.message("m")) } }
        #expect(await store.unavailability() != nil)
    }
}
