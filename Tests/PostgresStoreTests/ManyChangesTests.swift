import PostgresStore
import TestKit
import Testing
import Voicemail

/// What a transaction changes goes to the database together: one that changes many messages waits hardly more often than one that changes a few.
struct ManyChangesTests {
    /// Waits of a transaction, as often as it makes them by itself.
    private func waits(_ store: PostgresStore, _ body: @escaping @Sendable (any StoreWriter) throws -> Void) async throws -> Int {
        var least = Int.max
        for _ in 0..<4 {
            let before = store.roundTrips
            try await store.write(body)
            least = min(least, store.roundTrips - before)
        }
        return least
    }

    @Test("Fifty messages are changed in as many waits as five, and fifty new ones are stored in a few more than five")
    func many() async throws {
        try await withStore(pool: 2) { store in
            let stored = try await store.write { writer in try (0..<50).map { _ in try writer.insert(StoreContract.message()) } }
            func change(_ count: Int) async throws -> Int {
                try await waits(store) { writer in
                    for var message in stored.prefix(count) {
                        message.folder = .saved
                        message.revision += 1
                        try writer.update(message)
                    }
                }
            }
            func insert(_ count: Int) async throws -> Int {
                try await waits(store) { writer in for _ in 0..<count { _ = try writer.insert(StoreContract.message()) } }
            }
            let fewChanged = try await change(5), manyChanged = try await change(50)
            #expect(manyChanged == fewChanged)
            let fewStored = try await insert(5), manyStored = try await insert(50)
            #expect(manyStored <= fewStored + 5)
            let found = try await store.read { try $0.messages(ids: stored.map(\.id)) }
            #expect(found.allSatisfy { $0.folder == .saved && $0.revision > 1 })
        }
    }

    @Test(
        "What is asked after a question about very many things is not foreseen, and after one about some it is",
        arguments: [(20, [2, 1, 1]), (1000, [2, 2, 2])])
    func foreseen(_ count: Int, _ expected: [Int]) async throws {
        try await withStore(pool: 2) { store in
            _ = try await store.write { try $0.insert(StoreContract.message("one")) }
            // The connection is opened.
            _ = try await store.read { try $0.message(id: "one") }
            let ids = (0..<count).map { _ in HexID.random() }
            var waits: [Int] = []
            for _ in 0..<3 {
                let before = store.roundTrips
                let found = try await store.read { reader in (try reader.messages(ids: ids), try reader.message(id: "one")) }
                #expect(found.0.isEmpty && found.1 != nil)
                waits.append(store.roundTrips - before)
            }
            #expect(waits == expected)
        }
    }

    @Test("What followed a question once is forgotten when very many things were asked behind it: nothing is asked in vain from then on")
    func forgotten() async throws {
        try await withStore(pool: 2) { store in
            _ = try await store.write { try $0.insert(StoreContract.message("one")) }
            _ = try await store.read { try $0.message(id: "one") }
            func waits(_ count: Int) async throws -> Int {
                let ids = (0..<count).map { _ in HexID.random() }, before = store.roundTrips
                _ = try await store.read { reader in (try reader.message(id: "one"), try reader.messages(ids: ids)) }
                return store.roundTrips - before
            }
            // The first prepares the statements.
            _ = try await waits(1000)
            let unforeseen = try await waits(1000)
            for _ in 0..<2 { _ = try await waits(20) }
            // The first finds the course of those, the others none.
            _ = try await waits(1000)
            for _ in 0..<2 { #expect(try await waits(1000) == unforeseen) }
        }
    }

    @Test("New messages have the numbers of their order, however many are drawn together, and after a transaction that was given up")
    func numbers() async throws {
        struct GivenUp: Error {}
        try await withStore(pool: 2) { store in
            await #expect(throws: GivenUp.self) {
                try await store.write { writer in
                    for _ in 0..<20 { _ = try writer.insert(StoreContract.message()) }
                    throw GivenUp()
                }
            }
            let first = try await store.write { writer in try (0..<200).map { _ in try writer.insert(StoreContract.message()).serial } }
            let second = try await store.write { writer in try (0..<200).map { _ in try writer.insert(StoreContract.message()).serial } }
            let all = first + second
            #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test("A change of a message that is not there ends its transaction with what goes to the database next, and nothing of it is left")
    func missing() async throws {
        try await withStore(pool: 2) { store in
            await #expect(throws: StoreError.failed("no such row to change")) {
                try await store.write { try $0.update(StoreContract.message("none")) }
            }
            await #expect(throws: StoreError.failed("no such row to change")) {
                try await store.write { writer in
                    try writer.update(StoreContract.message("none"))
                    _ = try writer.insert(StoreContract.message("never"))
                }
            }
            _ = try await store.write { try $0.insert(StoreContract.message("gone")) }
            try await store.write { try $0.remove(messageID: "gone", at: StoreContract.now, physically: false) }
            await #expect(throws: StoreError.failed("no such row to change")) {
                try await store.write { writer in
                    try writer.update(StoreContract.message("gone"))
                    _ = try writer.message(id: "never")
                }
            }
            let isThere = try await store.read { try $0.message(id: "never") != nil }
            #expect(!isThere)
        }
    }
}
