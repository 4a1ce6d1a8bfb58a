import Foundation
import GRDB
@testable import SQLiteStore
import Synchronization
import TestKit
import Testing
import Voicemail

struct DurabilityTests {
    private final class Acknowledged: Sendable {
        private let ids = Mutex<Set<String>>([])
        func add(_ id: String) { _ = ids.withLock { $0.insert(id) } }
        var all: Set<String> { ids.withLock { $0 } }
    }

    @Test("Commits are synced: synchronous is FULL, in write-ahead-log mode")
    func settings() async throws {
        try await withStore { store in
            let settings = try store.writer.inDatabase { database in
                try ["journal_mode", "synchronous", "foreign_keys", "temp_store"].map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
            }
            #expect(settings == ["wal", "2", "1", "2"])
        }
    }

    @Test("What was acknowledged is in the files at that moment, as they would be after a crash")
    func everyAcknowledgedCommitIsInTheLog() async throws {
        let directory = try StoreDirectory()
        // Without a checkpoint the database file is still, so that log and file can be copied one after the other.
        let store = try SQLiteStore(path: directory.path(), options: StoreOptions(checkpointPages: .max / 8192))
        let acknowledged = Acknowledged()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<40 {
                        let id = "\(writer)-\(number)"
                        _ = try await store.write { try $0.insert(StoreContract.message(id)) }
                        acknowledged.add(id)
                    }
                }
            }
            for round in 0..<5 {
                let before = acknowledged.all
                let copy = directory.path("copy-\(round)")
                for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: directory.path() + suffix, toPath: copy + suffix) }
                let reopened = try SQLiteStore(path: copy)
                let found = try await Self.ids(reopened)
                #expect(before.isSubset(of: found))
                let tally = try await reopened.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
                #expect(tally == Tally(new: found.count))
                #expect(try await reopened.integrityCheck() == [])
                try reopened.close()
                try await Task.sleep(for: .milliseconds(5))
            }
            try await group.waitForAll()
        }
        let all = try await Self.ids(store)
        #expect(all.count == 320)
        try store.close()
        let reopened = try SQLiteStore(path: directory.path())
        #expect(try await Self.ids(reopened) == all)
        try reopened.close()
    }

    @Test("A log cut short anywhere holds whole transactions only")
    func tornLog() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path(), options: StoreOptions(checkpointPages: .max / 8192))
        for pair in 0..<10 {
            try await store.write { writer in
                _ = try writer.insert(StoreContract.message("\(pair)-a"))
                _ = try writer.insert(StoreContract.message("\(pair)-b"))
            }
        }
        let log = try Data(contentsOf: URL(fileURLWithPath: directory.path() + "-wal"))
        var random = SeededRandom(seed: 7)
        for round in 0..<20 {
            let copy = directory.path("copy-\(round)")
            try FileManager.default.copyItem(atPath: directory.path(), toPath: copy)
            try log.prefix(Int.random(in: 0...log.count, using: &random)).write(to: URL(fileURLWithPath: copy + "-wal"))
            let reopened = try SQLiteStore(path: copy)
            let found = try await Self.ids(reopened)
            let pairs = Set(found.map { $0.prefix { $0 != "-" } })
            #expect(found.count == pairs.count * 2)
            #expect(pairs == Set((0..<pairs.count).map { "\($0)"[...] }))
            #expect(try await reopened.recount() == [])
            try reopened.close()
        }
        try store.close()
    }

    @Test("The log is overwritten, not grown, while readers come and go")
    func logStaysBounded() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path(), options: StoreOptions(checkpointPages: 100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<4 {
                group.addTask {
                    for number in 0..<300 { _ = try await store.read { try $0.message(id: "\(reader)-\(number)") } }
                }
            }
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<150 { _ = try await store.write { try $0.insert(StoreContract.message("\(writer)-\(number)")) } }
                }
            }
            try await group.waitForAll()
        }
        // Some six thousand pages have been written.
        let size = try FileManager.default.attributesOfItem(atPath: directory.path() + "-wal")[.size] as? Int
        #expect((size ?? .max) < 1000 * 4096)
        #expect(try await Self.ids(store).count == 600)
        try store.close()
        // It stays, for the next start on a full disk, but empty.
        #expect(try FileManager.default.attributesOfItem(atPath: directory.path() + "-wal")[.size] as? Int == 0)
    }

    private static func ids(_ store: SQLiteStore) async throws -> Set<String> {
        try await store.read { reader in
            var found: Set<String> = []
            try reader.messages(MessageQuery(scope: .mailbox("m"))) {
                found.insert($0.id)
                return true
            }
            return found
        }
    }
}
