import Foundation
import StoredRows
import TestKit
import Testing
import Voicemail

@testable import SQLiteStore

struct MoveTests {
    @Test(arguments: MoveContract.all)
    func holds(_ promise: MoveContract.Case) async throws {
        try await withStore { from in
            try await withStore { to in try await promise.run(from, to) }
        }
    }

    @Test("A database that its installation does not live in is opened by who moves it and by nobody else")
    func residence() async throws {
        let directory = try StoreDirectory()
        defer { withExtendedLifetime(directory) {} }
        let path = directory.path()
        var moving = StoreOptions()
        moving.opensWhatMoves = true
        let store = try SQLiteStore(path: path, options: moving)
        try await store.beginFilling(.here)
        #expect(throws: StoreOpenError.arriving(path: path)) { try SQLiteStore(path: path) }
        #expect(throws: StoreOpenError.arriving(path: path)) { try SQLiteStore.look(at: path) { _ in } }
        try await store.endFilling()
        // A server that has it open all the while, and a second one that asks when it is too late.
        let server = try SQLiteStore(path: path)
        _ = try await server.write { try $0.insert(StoreContract.message()) }
        let hold = try await store.holdWrites()
        let late = Task { try await server.write { try $0.insert(StoreContract.message()) } }
        try await hold.close()
        await #expect(throws: StoreError.self) { _ = try await late.value }
        #expect(throws: StoreOpenError.gone(path: path)) { try SQLiteStore(path: path) }
        // Opened for moving it stays closed.
        let again = try SQLiteStore(path: path, options: moving)
        await #expect(throws: StoreError.self) { _ = try await server.write { try $0.insert(StoreContract.message()) } }
        #expect(try await again.residence() == .gone)
        try again.close()
        try server.close()
        try store.close()
    }

    @Test("Of two who fill a file the later one goes on, and the earlier one neither changes nor opens it")
    func overtaken() async throws {
        let directory = try StoreDirectory()
        defer { withExtendedLifetime(directory) {} }
        var moving = StoreOptions()
        moving.opensWhatMoves = true
        let first = try SQLiteStore(path: directory.path(), options: moving), second = try SQLiteStore(path: directory.path(), options: moving)
        try await withStore { from in try await MoveContract.overtake(first, by: second, from: from) }
        try first.close()
        try second.close()
    }
}
