import MemoryStore
import TestKit
import Testing
import Voicemail

struct ContractTests {
    @Test(arguments: StoreContract.all)
    func holds(_ promise: StoreContract.Case) async throws { try await promise.run(MemoryStore()) }

    @Test("A read ends when its caller's task is cancelled")
    func cancelled() async throws {
        let store = MemoryStore()
        _ = try await store.write { writer in for number in 0..<3 { _ = try writer.insert(StoreContract.message("m\(number)")) } }
        let task = Task {
            // It begins once it is cancelled.
            while !Task.isCancelled { await Task.yield() }
            try await store.read { reader in try reader.messages(MessageQuery(scope: .mailbox("m"))) { _ in true } }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
