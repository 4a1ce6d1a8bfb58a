import PostgresStore
import TestKit

/// Runs `body` with a store over an empty database of its own.
func withStore<Value: Sendable>(pool: Int = 4, _ body: (PostgresStore) async throws -> Value) async throws -> Value {
    try await withDatabase { url in try await withStore(PostgresOptions(url: url, pool: pool), body) }
}

func withStore<Value: Sendable>(_ options: PostgresOptions, _ body: (PostgresStore) async throws -> Value) async throws -> Value {
    let store = try PostgresStore(options)
    let result = await Result { () async throws -> Value in try await body(store) }
    store.close()
    return try result.get()
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

func withDatabase<Value: Sendable>(_ body: (_ url: String) async throws -> Value) async throws -> Value {
    try await PostgresCluster.shared.value.withDatabase(body)
}
