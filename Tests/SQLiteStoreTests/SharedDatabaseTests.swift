import Foundation
import GRDB
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

/// The command line works on the database of a running server.
struct SharedDatabaseTests {
    @Test("Two stores on one file see each other's commits and lose none")
    func twoStores() async throws {
        let directory = try StoreDirectory()
        let stores = [try SQLiteStore(path: directory.path()), try SQLiteStore(path: directory.path(), options: StoreOptions(checkpointPages: 10))]
        _ = try await stores[0].write { try $0.insert(StoreContract.document("counter")) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                let store = stores[task % 2]
                group.addTask {
                    for number in 0..<20 {
                        let id = "\(task)-\(number)"
                        try await store.write { writer in
                            guard var counter = try writer.document(id: "counter") else { throw StoreError.conflict }
                            counter.revision += 1
                            try writer.update(counter)
                            _ = try writer.insert(StoreContract.message(id))
                        }
                        let isSeen = try await stores[(task + 1) % 2].read { try $0.message(id: id) != nil }
                        #expect(isSeen)
                    }
                }
            }
            try await group.waitForAll()
        }
        for store in stores {
            let (revision, tally) = try await store.read { reader in
                (try reader.document(id: "counter")?.revision, try reader.tally(mailboxID: "m", cutoff: StoreContract.longAgo))
            }
            #expect(revision == 321)
            #expect(tally == Tally(new: 320))
        }
        try stores[0].close()
        #expect(try await stores[1].integrityCheck() == [])
        try stores[1].close()
    }

    @Test("Stores that open a new file at the same time all get it")
    func openedAtOnce() async throws {
        let directory = try StoreDirectory()
        let path = directory.path()
        try await withThrowingTaskGroup(of: SQLiteStore.self) { group in
            for _ in 0..<6 { group.addTask { try SQLiteStore(path: path) } }
            var number = 0
            for try await store in group {
                let id = "m\(number)"
                _ = try await store.write { try $0.insert(StoreContract.message(id)) }
                number += 1
                try store.close()
            }
        }
        let store = try SQLiteStore(path: path)
        let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
        #expect(tally == Tally(new: 6))
        try store.close()
    }

    @Test("A writer that another process keeps waiting too long fails, and so do those behind it; reading goes on")
    func busy() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path(), options: StoreOptions(busySeconds: 0.05, reservedBytes: 0))
        let other = try DatabaseQueue(path: directory.path())
        try other.inDatabase { try $0.execute(sql: "CREATE TEMP TABLE hold (x)") }
        let hold = DispatchSemaphore(value: 0)
        let (held, holding) = AsyncStream<Void>.makeStream()
        other.asyncWriteWithoutTransaction { database in
            _ = try? database.inTransaction(.immediate) {
                holding.yield()
                hold.wait()
                return .rollback
            }
            holding.finish()
        }
        var events = held.makeAsyncIterator()
        await events.next()
        for _ in 0..<2 {
            await #expect(throws: StoreError.self) { try await store.write { try $0.insert(StoreContract.message("m")) } }
        }
        #expect(try await store.read { try $0.message(id: "m") } == nil)
        #expect(await store.unavailability() != nil)
        hold.signal()
        await events.next()
        #expect(await store.unavailability() == nil)
        _ = try await store.write { try $0.insert(StoreContract.message("m")) }
        try store.close()
    }
}
