import Dispatch
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// Where many want to change one thing, others still get through.
struct HotMailboxTests {
    @Test("Those who wait for their turn leave connections to others", .timeLimit(.minutes(1)))
    func others() async throws {
        try await withStore(pool: 8) { store in
            let isHeld = Mutex(false), goesOn = DispatchSemaphore(value: 0), hot: SQL = "SELECT 1::bigint AS hot"
            defer { goesOn.signal() }
            store.turns.collided(hot)
            async let holder: Void = store.transaction { writer in
                _ = try writer.rows(hot)
                isHeld.withLock { $0 = true }
                goesOn.wait()
            }
            while !isHeld.withLock({ $0 }) { await Task.yield() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await store.transaction { writer in _ = try writer.rows(hot) } } }
                while store.turns.parked(for: hot) < 20 { await Task.yield() }
                // The turn is taken, and keeps a connection: three are free.
                for number in 0..<4 { _ = try await store.write { try $0.insert(StoreContract.message("m\(number)")) } }
                goesOn.signal()
                try await group.waitForAll()
            }
            try await holder
        }
    }
}
