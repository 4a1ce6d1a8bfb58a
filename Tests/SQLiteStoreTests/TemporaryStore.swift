import Foundation
@testable import SQLiteStore

/// A directory for one test, gone with it.
final class StoreDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("sqlite-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String = "store.sqlite") -> String { url.appendingPathComponent(name).path }
}

/// Runs `body` with a store in a directory of its own.
func withStore<Value>(_ options: StoreOptions = StoreOptions(), _ body: (SQLiteStore) async throws -> Value) async throws -> Value {
    let directory = try StoreDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try SQLiteStore(path: directory.path(), options: options)
    let value = try await body(store)
    try store.close()
    return value
}
