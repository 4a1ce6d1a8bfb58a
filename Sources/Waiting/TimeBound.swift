/// What `body` makes within a time, which is cancelled when that is over.
/// - Returns: nil when it took longer.
/// - Throws: what `body` throws, `CancellationError`.
public func value<Value: Sendable>(within time: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
