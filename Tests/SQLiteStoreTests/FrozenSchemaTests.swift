import Crypto
import Foundation
import GRDB
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

/// What was released stays as it was: the SQL of each migration, and databases that it made.
struct FrozenSchemaTests {
    /// SHA-256 of the statements of each migration, joined by NUL. A hash that does not fit means that a released migration was changed;
    /// add another migration instead.
    private static let hashes = [
        "M0001": "05c98ee0429345dd0721fb28cff345428718943d77772fe4c4185bcb38c9b49d",
        "M0002": "2ae466cdad7d9fd80f19840e57d067d3efc3ab3210ceca32900ba8d0e32798f4",
        "M0003": "cb050c4562c3ab67285aa027eff068ca68b1b4d251f17d5623dfefe49cdbd826",
        "M0004": "c6a55a2ce9bab20449694a5eb96421bf4e97be32abe3ec8d3ddc60ead6417ec3",
        "M0005": "891ac274cec7f90e0fc5d40a9f76a601f7de16e6c0d0f7cb3d5cb4c307e33409",
        "M0006": "64b7bd5c4e70f5e40df4433bd3f988d5a59a3d33380df57a8ab0271341200e55",
    ]

    @Test("No migration changes once it has a hash, and each has one", arguments: Migrations.all.map { $0.name })
    func statements(name: String) throws {
        let migration = try #require(Migrations.all.first { $0.name == name })
        let text = migration.statements.joined(separator: "\0")
        let hash = HexID.encode(SHA256.hash(data: Data(text.utf8)))
        #expect(Self.hashes[name] == hash)
    }

    @Test("A stored database of each version is opened, brought up to date, and read as it was written", arguments: Migrations.all.map { $0.number })
    func opens(version: Int) async throws {
        let directory = try StoreDirectory()
        let stored = Self.stored.appendingPathComponent("version-\(version).sqlite")
        try FileManager.default.copyItem(at: stored, to: URL(fileURLWithPath: directory.path()))
        let store = try SQLiteStore(path: directory.path())
        try await StoredWorld.check(store)
        #expect(try await store.integrityCheck() == [])
        #expect(try await store.recount() == [])
        #expect(try await store.recountAccounts() == [])
        // And it is one to go on working with.
        _ = try await store.write { try $0.insert(StoreContract.message("later", mailbox: StoredWorld.mailbox.id)) }
        #expect(try await store.read { try $0.message(id: "later") } != nil)
        #expect(try await store.recount() == [])
        try store.close()
    }

    private static let stored = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Stored")

    /// `scripts/stored-database` runs this when a version is about to be released.
    @Test("A database of this version is made where one is asked for", .enabled(if: ProcessInfo.processInfo.environment["AFTERTONE_STORED_DATABASE"] != nil))
    func make() async throws {
        let target = try #require(ProcessInfo.processInfo.environment["AFTERTONE_STORED_DATABASE"])
        let directory = try StoreDirectory()
        let store = try SQLiteStore(path: directory.path())
        try await StoredWorld.fill(store)
        try await StoredWorld.check(store)
        try store.close()
        // With small pages, as it lies in the repository.
        let queue = try DatabaseQueue(path: directory.path())
        try queue.inDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
            try database.execute(sql: "PRAGMA page_size = 512")
            try database.execute(sql: "VACUUM")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
        }
        try queue.close()
        try FileManager.default.copyItem(atPath: directory.path(), toPath: target)
    }
}
