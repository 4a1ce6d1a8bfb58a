import Foundation
import GRDB
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

struct MigrationTests {
    @Test("A new file gets the schema, and a second opening changes nothing")
    func fromEmpty() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        _ = try await store.write { try $0.insert(StoreContract.message("m")) }
        let schema = try store.writer.inDatabase(Self.schema)
        let applied = try store.writer.inDatabase { try Migrations.migrator.appliedMigrations($0) }
        #expect(applied == Migrations.migrator.migrations)
        #expect(applied == (1...applied.count).map(String.init))
        try store.close()
        let again = try SQLiteStore(path: directory.path())
        #expect(try again.writer.inDatabase(Self.schema) == schema)
        #expect(try await again.read { try $0.message(id: "m") } != nil)
        #expect(try await again.integrityCheck() == [])
        try again.close()
    }

    @Test("An empty file, as a crash while creating it leaves, is as good as none")
    func emptyFile() async throws {
        let directory = try StoreDirectory()
        #expect(FileManager.default.createFile(atPath: directory.path(), contents: nil))
        let store = try SQLiteStore(path: directory.path())
        _ = try await store.write { try $0.insert(StoreContract.message("m")) }
        try store.close()
    }

    @Test("A database of a later version is refused and left as it is")
    func newer() throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        try store.writer.inDatabase { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999')") }
        try store.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.path()))
        #expect(throws: StoreOpenError.newerSchema(path: directory.path())) { try SQLiteStore(path: directory.path()) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path())) == before)
        #expect("\(StoreOpenError.newerSchema(path: "x"))".contains("newer version"))
    }

    @Test("A database of another program is refused and left as it is")
    func foreign() throws {
        let directory = try StoreDirectory()
        let other = try DatabaseQueue(path: directory.path())
        try other.inDatabase { try $0.execute(sql: "CREATE TABLE message (x)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.path()))
        #expect(throws: StoreOpenError.foreign(path: directory.path())) { try SQLiteStore(path: directory.path()) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path())) == before)
    }

    @Test("A file that is no database is refused and left as it is")
    func noDatabase() throws {
        let directory = try StoreDirectory()
        let bytes = Data(String(repeating: "not a database ", count: 1000).utf8)
        try bytes.write(to: URL(fileURLWithPath: directory.path()))
        #expect(throws: StoreError.self) { try SQLiteStore(path: directory.path()) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path())) == bytes)
    }

    @Test("A directory that is not there is an error")
    func noDirectory() throws {
        #expect(throws: StoreError.self) { try SQLiteStore(path: "/nonexistent/store.sqlite") }
    }

    private static func schema(_ database: Database) throws -> [String] {
        try String.fetchAll(database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    }
}
