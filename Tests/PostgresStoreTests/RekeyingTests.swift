import Foundation
@testable import PostgresStore
import TestKit
import Testing
import Voicemail

/// Under which key secrets are sealed, where several processes share a database.
struct RekeyingTests {
    private struct Objection: Error, Equatable {}

    /// How many wait for a lock in a database.
    private func waiting(in url: String) async throws -> Int? {
        let name = PostgresCluster.database(of: url)
        let text = try await PostgresCluster.shared.value.run(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event_type = 'Lock'")
        return Int(text)
    }

    @Test("The mark that was set last holds, a process with another one is refused, and a store without one has any")
    func marks() async throws {
        try await withDatabase { url in
            let options = PostgresOptions(url: url, pool: 2)
            try await withStore(options) { store in
                // Nobody has said yet.
                #expect(try await store.isKeyed(as: "one"))
                #expect(try await store.rekey("one") { _ in 7 } == 7)
                #expect(try await store.isKeyed(as: "one"))
                #expect(try await !store.isKeyed(as: "two"))
                _ = try await store.rekey("two") { try $0.insert(StoreContract.message("with it")) }
                #expect(try await store.isKeyed(as: "two"))
                #expect(try await store.read { try $0.message(id: "with it") } != nil)
            }
            #expect(throws: PostgresOpenError.otherKey) { try PostgresStore(options, sealingKey: "one") }
            #expect(throws: PostgresOpenError.otherKey) { try PostgresStore.look(options, sealingKey: "one") { _ in } }
            try PostgresStore(options, sealingKey: "two").close()
        }
    }

    @Test("Who objects while the key is changed keeps both the mark and the rows as they were")
    func objection() async throws {
        try await withStore(pool: 2) { store in
            try await store.rekey("one") { _ in }
            await #expect(throws: Objection()) {
                try await store.rekey("two") { writer in
                    _ = try writer.insert(StoreContract.message("never"))
                    throw Objection()
                }
            }
            #expect(try await store.isKeyed(as: "one"))
            #expect(try await store.read { try $0.message(id: "never") } == nil)
        }
    }

    @Test("It sees all that was begun before it, and begins what comes after it with the new mark")
    func alone() async throws {
        try await withDatabase { url in
            let options = PostgresOptions(url: url, pool: 4, lockSeconds: 60)
            try await withStore(options) { server in
                try await withStore(options) { other in
                    try await other.rekey("one") { _ in }
                    let (begun, note) = AsyncStream.makeStream(of: Void.self)
                    let (goOn, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                    // One that has begun and is not committed. It blocks a thread of the store's.
                    let early = Task {
                        try await server.write { writer in
                            _ = try writer.insert(StoreContract.message("early"))
                            _ = try writer.message(id: "early")
                            note.yield()
                            _ = goOn.wait(timeout: .now() + 60)
                        }
                    }
                    for await _ in begun { break }
                    let rekeying = Task {
                        try await other.rekey("two") { writer in
                            let seen = try writer.message(id: "early") != nil
                            note.yield()
                            _ = release.wait(timeout: .now() + 60)
                            return seen
                        }
                    }
                    let end = ContinuousClock.now + .seconds(60)
                    while try await waiting(in: url) != 1, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
                    #expect(try await server.isKeyed(as: "one"))
                    goOn.signal()
                    try await early.value
                    for await _ in begun { break }
                    // It is at work, so this one waits for it, and finds what it has left.
                    let late = Task {
                        _ = try await server.write { try $0.insert(StoreContract.message("late")) }
                        return try await server.isKeyed(as: "one")
                    }
                    while try await waiting(in: url) != 1, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
                    release.signal()
                    #expect(try await rekeying.value)
                    #expect(try await !late.value)
                }
            }
        }
    }
}
