import MemoryStore
import Synchronization
import Voicemail
import Waiting

/// A store that counts how often it is read.
final class CountingStore: VoicemailStore {
    private let store = MemoryStore()
    private let count = Atomic(0)

    /// Tells how often it was read since this was asked last.
    func takeReads() -> Int { count.exchange(0, ordering: .relaxed) }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        count.add(1, ordering: .relaxed)
        return try await store.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value { try await store.write(body) }

    var eventBell: Bell { store.eventBell }

    func unavailability() async -> String? { await store.unavailability() }
}
