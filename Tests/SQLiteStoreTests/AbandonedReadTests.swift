import Dispatch
import Synchronization
import TestKit
import Testing
import Threads
import Voicemail

@testable import SQLiteStore

/// A read that nobody waits for any more ends at the next row, on whichever thread it runs.
@Suite struct AbandonedReadTests {
    private static let rows = 50

    @Test(arguments: [false, true])
    func endsAtTheNextRow(onWorker: Bool) async throws {
        try await withStore { store in
            try await store.write { writer in
                for number in 0..<Self.rows { _ = try writer.insert(StoreContract.document("d\(number)")) }
            }
            let visited = Mutex(0), cancelled = DispatchSemaphore(value: 0)
            let (begun, begins) = AsyncStream.makeStream(of: Void.self)
            let preference: (any TaskExecutor)? = onWorker ? WorkerThreads.shared : nil
            let task = Task(executorPreference: preference) {
                try await store.read { reader in
                    try reader.documents(DocumentQuery(kind: .mailbox, accountID: "a")) { _ in
                        visited.withLock { $0 += 1 }
                        begins.yield()
                        // The first row takes until nobody waits any more.
                        cancelled.wait()
                        cancelled.signal()
                        return true
                    }
                }
            }
            for await _ in begun { break }
            task.cancel()
            cancelled.signal()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(visited.withLock { $0 } == 1)
        }
    }
}
