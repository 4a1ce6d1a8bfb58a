import TestKit
import Testing
import Threads
import Voicemail

@testable import SQLiteStore

/// Where a task may wait, reads are done there; elsewhere on the store's threads; and everyone is served.
struct WorkerReadTests {
    @Test func onlyTasksThatPreferTheThreadsAreOnThem() async {
        #expect(!WorkerThreads.shared.isCurrent)
        await withTaskExecutorPreference(WorkerThreads.shared) {
            #expect(WorkerThreads.shared.isCurrent)
            async let child = WorkerThreads.shared.isCurrent
            #expect(await child)
        }
    }

    @Test("More readers than connections, on the threads and off them, all read what was written")
    func everyoneIsServed() async throws {
        try await withStore(StoreOptions(readers: 2)) { store in
            let found = try await store.countReaders(of: 200)
            #expect(found == 200)
        }
    }

    @Test("A read that throws gives its connection back")
    func errorsGiveTheConnectionBack() async throws {
        struct Refused: Error {}
        try await withStore(StoreOptions(readers: 1)) { store in
            try await withTaskExecutorPreference(WorkerThreads.shared) {
                for _ in 0..<5 {
                    await #expect(throws: Refused.self) { try await store.read { _ in throw Refused() } }
                }
                let document = try await store.read { try $0.document(id: "a") }
                #expect(document == nil)
            }
        }
    }
}
