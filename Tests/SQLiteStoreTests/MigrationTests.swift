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
        #expect(Migrations.all.map { $0.number } == Array(1...applied.count))
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
        try store.writer.inDatabase { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('M0999')") }
        try store.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.path()))
        #expect(throws: StoreOpenError.newerSchema(path: directory.path())) { try SQLiteStore(path: directory.path()) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path())) == before)
        #expect("\(StoreOpenError.newerSchema(path: "x"))".contains("newer version"))
    }

    @Test("A database of before the first release is refused by name and left as it is")
    func unreleased() throws {
        let directory = try StoreDirectory()
        let old = try DatabaseQueue(path: directory.path())
        try old.inDatabase { database in
            try database.execute(sql: "PRAGMA application_id = \(Migrations.applicationID)")
            try database.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('1'), ('2'), ('3')")
            try database.execute(sql: "CREATE TABLE message (x)")
        }
        try old.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.path()))
        let refusal = StoreOpenError.unreleased(path: directory.path())
        #expect(throws: refusal) { try SQLiteStore(path: directory.path()) }
        #expect(throws: refusal) { try SQLiteStore.look(at: directory.path()) { _ in } }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.path())) == before)
        #expect("\(refusal)".hasPrefix(directory.path() + " was written by a version from before the first release"))
    }

    @Test("A database with our mark and tables of which nothing is noted is refused")
    func marked() throws {
        let directory = try StoreDirectory()
        let other = try DatabaseQueue(path: directory.path())
        try other.inDatabase { database in
            try database.execute(sql: "PRAGMA application_id = \(Migrations.applicationID)")
            try database.execute(sql: "CREATE TABLE message (x)")
        }
        try other.close()
        #expect(throws: StoreOpenError.foreign(path: directory.path())) { try SQLiteStore(path: directory.path()) }
    }

    @Test("A file whose creation was cut off after its mark, or between two migrations, is finished", arguments: [false, true])
    func cutOff(hasBookkeeping: Bool) async throws {
        let directory = try StoreDirectory()
        let begun = try DatabaseQueue(path: directory.path())
        try begun.inDatabase { database in
            try database.execute(sql: "PRAGMA application_id = \(Migrations.applicationID)")
            if hasBookkeeping { try database.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)") }
        }
        try begun.close()
        let store = try SQLiteStore(path: directory.path())
        _ = try await store.write { try $0.insert(StoreContract.message("m")) }
        try store.close()
    }

    @Test("Triggers that are missing, another or strange are replaced when a database is opened")
    func triggers() async throws {
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        try store.writer.inDatabase { database in
            try database.execute(sql: "DROP TRIGGER message_tally_insert")
            try database.execute(sql: "DROP TRIGGER message_tally_delete")
            try database.execute(sql: "CREATE TRIGGER message_tally_delete AFTER DELETE ON message BEGIN SELECT 1; END")
            try database.execute(sql: "CREATE TRIGGER \"odd \"\" name\" AFTER DELETE ON message BEGIN SELECT 1; END")
        }
        try store.close()
        #expect(throws: StoreOpenError.olderSchema(path: directory.path())) { try SQLiteStore.look(at: directory.path()) { _ in } }
        let again = try SQLiteStore(path: directory.path())
        #expect(try again.writer.inDatabase(Counters.areInstalled))
        _ = try await again.write { try $0.insert(StoreContract.message("m")) }
        #expect(try await again.recount() == [])
        try again.close()
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
