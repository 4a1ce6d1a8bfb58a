import Testing
import Threads
import Voicemail

private struct Refused: Error {}

extension VoicemailStore {
    /// Writes an account, and has many tasks read it at once: on the threads that serve requests and off them, with reads among them that throw, whose
    /// connections others need.
    /// - Returns: how many of the tasks found it.
    public func countReaders(of tasks: Int) async throws -> Int {
        let account = StoredDocument(
            id: "a", kind: .account, accountID: "a", name: "A", scope: "accounts", attributes: ["name": "A"], created: Timestamp(unix: 0))
        _ = try await write { try $0.insert(account) }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<tasks {
                let preference: (any TaskExecutor)? = number.isMultiple(of: 3) ? nil : WorkerThreads.shared
                group.addTask(executorPreference: preference) {
                    if number.isMultiple(of: 7) { await #expect(throws: Refused.self) { try await self.read { _ in throw Refused() } } }
                    return try await self.read { try $0.document(id: "a") }?.attributes["name"] == "A"
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}
