import StoredRows
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

struct MoveTests {
    @Test(arguments: MoveContract.all)
    func holds(_ promise: MoveContract.Case) async throws {
        try await withStore { from in
            try await withStore { to in try await promise.run(from, to) }
        }
    }

    @Test("A database that its installation does not live in is opened by who moves it and by nobody else")
    func residence() async throws {
        try await withDatabase { url in
            let options = PostgresOptions(url: url, pool: 2)
            var moving = options
            moving.opensWhatMoves = true
            let store = try PostgresStore(moving)
            try await store.beginFilling(.here)
            #expect(throws: PostgresOpenError.arriving) { try PostgresStore(options) }
            #expect(throws: PostgresOpenError.arriving) { try PostgresStore.look(options) { _ in } }
            try await store.endFilling()
            // A server that has it open all the while, and asks when it is too late.
            let server = try PostgresStore(options)
            _ = try await server.write { try $0.insert(StoreContract.message()) }
            let hold = try await store.holdWrites()
            let late = Task { try await server.write { try $0.insert(StoreContract.message()) } }
            try await hold.close()
            await #expect(throws: StoreError.self) { _ = try await late.value }
            #expect(throws: PostgresOpenError.gone) { try PostgresStore(options) }
            let again = try PostgresStore(moving)
            #expect(try await again.residence() == .gone)
            await #expect(throws: StoreError.self) { _ = try await server.write { try $0.insert(StoreContract.message()) } }
            for open in [again, server, store] { open.close() }
        }
    }

    @Test("Of two who fill a database the later one goes on, and the earlier one neither changes nor opens it")
    func overtaken() async throws {
        try await withDatabase { url in
            var moving = PostgresOptions(url: url, pool: 2)
            moving.opensWhatMoves = true
            let options = moving
            try await withStore(options) { first in
                try await withStore(options) { second in
                    try await withStore { from in try await MoveContract.overtake(first, by: second, from: from) }
                }
            }
        }
    }

    @Test("Who holds writes and has lost his connection closes nothing, and others write again at once")
    func lostHold() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            let options = PostgresOptions(url: url)
            let store = try PostgresStore(options)
            let hold = try await store.holdWrites()
            let database = String(url.split(separator: "?")[0].split(separator: "/").last ?? "")
            let ended = try await PostgresCluster.shared.value.run(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(database)' AND state = 'idle in transaction'")
            #expect(ended == "1")
            _ = try await store.write { try $0.insert(StoreContract.message()) }
            await #expect(throws: (any Error).self) { try await hold.close() }
            #expect(try await store.residence() == .here)
            _ = try await store.write { try $0.insert(StoreContract.message()) }
            store.close()
        }
    }
}
