import Dispatch
import NIOConcurrencyHelpers
import Testing
import Threads
import Voicemail

@testable import SQLiteStore

/// What readers keep in memory is never other than what stands in the database.
struct RowCacheTests {
    private static func account(_ name: String, _ id: String = "a", size: Int = 0) -> StoredDocument {
        StoredDocument(
            id: id, kind: .account, accountID: id, name: name, scope: "accounts",
            attributes: ["name": .string(name), "filler": .string(String(repeating: "x", count: size))],
            created: Timestamp(unix: 0))
    }

    private static func ticket(expires: Int) -> Ticket {
        Ticket(
            hash: "h", kind: Ticket.Kind(rawValue: "test"), accountID: "a", created: Timestamp(unix: 0), expires: Timestamp(unix: expires), details: [:])
    }

    private static func name(_ store: SQLiteStore) async throws -> String? { try await store.read { try $0.document(id: "a")?.name } }

    @Test("What is read twice is kept, until somebody commits: this store, or another one on the same file")
    func commits() async throws {
        try await withStore(StoreOptions(readers: 1)) { store in
            let cache = store.reads.lanes[0].cache
            let other = try SQLiteStore(path: store.path)
            defer { try? other.close() }
            _ = try await store.write { try $0.insert(Self.account("One")) }
            #expect(cache.document("a") == nil)
            for _ in 0..<2 { #expect(try await Self.name(store) == "One") }
            #expect(cache.document("a")?.name == "One")
            for (writer, name) in [(store, "Two"), (other, "Three"), (store, "Four")] {
                try await writer.write { writer in
                    var account = try #require(try writer.document(id: "a"))
                    account.name = name
                    account.revision += 1
                    try writer.update(account)
                }
                for store in [store, other] { #expect(try await Self.name(store) == name) }
            }
            try await other.write { try $0.insert(Self.ticket(expires: 100)) }
            #expect(try await store.read { try $0.ticket(hash: "h")?.expires } == Timestamp(unix: 100))
            #expect(cache.ticket("h") != nil)
            try await store.write { try $0.update(Self.ticket(expires: 200)) }
            #expect(try await store.read { try $0.ticket(hash: "h")?.expires } == Timestamp(unix: 200))
            try await other.write { try $0.remove(ticketHash: "h") }
            #expect(try await store.read { try $0.ticket(hash: "h") } == nil)
        }
    }

    @Test("A transaction that began before a commit goes on seeing what it saw, and the next one does not")
    func snapshots() async throws {
        try await withStore(StoreOptions(readers: 1)) { store in
            let writer = try SQLiteStore(path: store.path)
            defer { try? writer.close() }
            _ = try await store.write { try $0.insert(Self.account("One")) }
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let committed = DispatchSemaphore(value: 0)
            async let seen = store.read { reader -> [String?] in
                let first = try reader.document(id: "a")?.name
                begin.finish()
                committed.wait()
                return [first, try reader.document(id: "a")?.name]
            }
            for await _ in begun {}
            try await writer.write { writer in
                var account = try #require(try writer.document(id: "a"))
                account.name = "Two"
                account.revision += 1
                try writer.update(account)
            }
            committed.signal()
            #expect(try await seen == ["One", "One"])
            #expect(try await Self.name(store) == "Two")
        }
    }

    @Test("What is large is not kept, and not more than so many rows are")
    func bounds() async throws {
        try await withStore(StoreOptions(readers: 1)) { store in
            let cache = store.reads.lanes[0].cache
            try await store.write { writer in
                _ = try writer.insert(Self.account("Large", "large", size: RowCache.mostBytes))
                for number in 0...RowCache.mostRows { _ = try writer.insert(Self.account("A", "a\(number)")) }
            }
            _ = try await store.read { try $0.document(id: "large") }
            #expect(cache.document("large") == nil)
            for number in 0...RowCache.mostRows { _ = try await store.read { try $0.document(id: "a\(number)") } }
            #expect((0...RowCache.mostRows).count { cache.document("a\($0)") != nil } == 1)
        }
    }

    @Test("Readers beside a writer never see an older value than was acknowledged before they began")
    func neverBehind() async throws {
        try await withStore(StoreOptions(readers: 3)) { store in
            _ = try await store.write { try $0.insert(Self.account("0")) }
            let newest = Newest()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...200 {
                        try await store.write { writer in
                            var account = try #require(try writer.document(id: "a"))
                            account.name = "\(number)"
                            account.revision += 1
                            try writer.update(account)
                        }
                        newest.set(number)
                    }
                }
                for reader in 0..<6 {
                    let preference: (any TaskExecutor)? = reader.isMultiple(of: 2) ? nil : WorkerThreads.shared
                    group.addTask(executorPreference: preference) {
                        while true {
                            let least = newest.value
                            let seen = try #require(Int(try await Self.name(store) ?? ""))
                            #expect(seen >= least)
                            if least == 200 { return }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

private final class Newest: Sendable {
    private let state = NIOLockedValueBox(0)
    var value: Int { state.withLockedValue { $0 } }
    func set(_ number: Int) { state.withLockedValue { $0 = number } }
}
