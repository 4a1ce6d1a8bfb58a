import Crypto
import Foundation
@testable import PostgresStore
import TestKit
import Testing
import Voicemail

struct OpeningTests {
    private func name(_ url: String) -> String { PostgresCluster.database(of: url) }

    @Test("Several that open an empty database at once all find it up to date")
    func together() async throws {
        try await withDatabase { url in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                            _ = try await store.write { try $0.insert(StoreContract.message("m\(number)")) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
                #expect(tally == Tally(new: 6))
            }
        }
    }

    @Test("A database of a newer version is refused, and nothing in it is changed")
    func newer() async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { _ in }
            try await PostgresCluster.shared.value.run("INSERT INTO aftertone_migration (number) VALUES (9999)", in: name(url))
            #expect(throws: PostgresOpenError.newerSchema) { try PostgresStore(PostgresOptions(url: url)) }
            #expect(throws: PostgresOpenError.newerSchema) { try PostgresStore.look(PostgresOptions(url: url)) { _ in } }
        }
    }

    @Test("A database of something else is refused, and nothing in it is changed")
    func foreign() async throws {
        try await withDatabase { url in
            try await PostgresCluster.shared.value.run("CREATE TABLE customers (id int)", in: name(url))
            #expect(throws: PostgresOpenError.foreign) { try PostgresStore(PostgresOptions(url: url)) }
            let tables = try await PostgresCluster.shared.value.run(
                "SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace", in: name(url))
            #expect(tables == "customers")
        }
    }

    @Test("Who only looks brings nothing up to date")
    func look() async throws {
        try await withDatabase { url in
            #expect(throws: PostgresOpenError.olderSchema) { try PostgresStore.look(PostgresOptions(url: url)) { _ in } }
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in _ = try await store.write { try $0.insert(StoreContract.message("one")) } }
            let found = try PostgresStore.look(PostgresOptions(url: url)) { try $0.message(id: "one")?.id }
            #expect(found == "one")
        }
    }

    @Test("A standby is refused, and so is a database in another encoding")
    func unfit() async throws {
        try await withDatabase { url in
            try await PostgresCluster.shared.value.run("ALTER DATABASE \(name(url)) SET default_transaction_read_only = on")
            #expect(throws: PostgresOpenError.readOnly) { try PostgresStore(PostgresOptions(url: url)) }
        }
        let latin = "l" + HexID.random()
        try await PostgresCluster.shared.value.run(
            "CREATE DATABASE \(latin) ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        let url = try await PostgresCluster.shared.value.url(of: latin)
        #expect(throws: PostgresOpenError.encoding("LATIN1")) { try PostgresStore(PostgresOptions(url: url)) }
    }

    @Test("Who looks is told what a server would be refused, or fail with, and nothing is changed")
    func fitness() async throws {
        let cluster = try await PostgresCluster.shared.value
        try await withDatabase { url in
            let owner = PostgresOptions(url: url, pool: 2), database = name(url), role = "r" + HexID.random()
            let theirs = PostgresOptions(url: url.replacing("user=aftertone", with: "user=\(role)"), pool: 2)
            try await cluster.run("CREATE ROLE \(role) LOGIN")
            // As it is by itself from PostgreSQL 15 on.
            try await cluster.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", in: database)
            #expect(throws: PostgresOpenError.notAllowed("make tables in the schema public")) { try PostgresStore.look(theirs) { _ in } }
            #expect(throws: PostgresOpenError.olderSchema) { try PostgresStore.look(owner) { _ in } }
            try PostgresStore(owner, key: "one").close()

            try await cluster.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)", in: database)
            let lacking = #expect(throws: PostgresOpenError.self) { try PostgresStore.look(theirs) { _ in } }
            let all = "may not read and change all tables and sequences: "
            #expect(lacking?.description.contains(all + "account_tree, ") == true, "\(String(describing: lacking))")
            try await cluster.run("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role)", in: database)
            let numberless = #expect(throws: PostgresOpenError.self) { try PostgresStore.look(theirs) { _ in } }
            #expect(numberless?.description.contains("message_serial_seq, ") == true, "\(String(describing: numberless))")
            try await cluster.run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO \(role)", in: database)
            let found = try PostgresStore.look(theirs, key: "one") { try $0.message(id: "one")?.id }
            #expect(found == nil)

            #expect(throws: PostgresOpenError.otherKey) { try PostgresStore.look(owner, key: "two") { _ in } }
            let taken = try #require(try await Int(cluster.run("SHOW max_connections")))
            let most = taken - (try #require(try await Int(cluster.run("SHOW superuser_reserved_connections"))))
            var pool = owner
            pool.pool = most
            #expect(throws: Never.self) { try PostgresStore.look(pool) { _ in } }
            pool.pool = most + 1
            #expect(throws: PostgresOpenError.tooFewConnections(pool: most + 1, most: most)) { try PostgresStore.look(pool) { _ in } }
            pool.sharesConnections = true
            #expect(throws: Never.self) { try PostgresStore.look(pool) { _ in } }
            try await cluster.run("ALTER DATABASE \(database) SET default_transaction_read_only = on")
            #expect(throws: PostgresOpenError.readOnly) { try PostgresStore.look(owner) { _ in } }
            try await cluster.run("ALTER DATABASE \(database) RESET default_transaction_read_only")
            try await cluster.run("DROP OWNED BY \(role)", in: database)
            try await cluster.run("DROP ROLE \(role)")
        }
    }

    @Test("An address is told what is wrong with it, and nothing that may be a password is quoted")
    func addresses() {
        let known = "postgresql://u@h/d?sslmode=verify-full&target_session_attrs=read-write&passfile=/p&ssl=true"
        #expect(PostgresOptions.trouble(with: known) == nil)
        #expect(PostgresOptions.trouble(with: "postgresql://u@h/d?sslmode=require&sslmod=x") == "has sslmod in it, which is no setting of libpq's")
        for text in ["h/d?target_session_attrs=any", "h,i/d?target_session_attrs=primary", "h,i/d"] {
            #expect(PostgresOptions.trouble(with: "postgresql://u@" + text) == nil, "\(text)")
        }
        for (hosts, target) in [("h,i", "any"), ("h", "standby"), ("h,i", "prefer-standby"), ("h", "read-only")] {
            let trouble = PostgresOptions.trouble(with: "postgresql://u@\(hosts)/d?target_session_attrs=\(target)")
            #expect(trouble == "has target_session_attrs=\(target) in it, which may lead to a standby: leave it out, or say read-write")
        }
        for text in ["mysql://u@h/d", "postgresql://u:a?hush=x@h/d?foo=bar", "postgresql://u:hush?@h/d", "postgresql://u:p@q?hush=x@h/d"] {
            #expect(PostgresOptions.trouble(with: text)?.contains("hush") == false, "\(text)")
        }
    }

    @Test("What cannot be reached, or read, is told without the password")
    func unreachable() throws {
        for url in ["postgresql://u:hush@127.0.0.1:1/x", "postgresql://u:hush@[half/x", "host=127.0.0.1 port=1 password=hush dbname=x", "no such thing"] {
            let error = #expect(throws: PostgresOpenError.self) { try PostgresStore(PostgresOptions(url: url, connectSeconds: 2)) }
            let text = error?.description ?? ""
            #expect(!text.isEmpty && !text.contains("hush"), "\(text)")
        }
    }

    /// SHA-256 of the statements of each migration, joined by NUL.
    private static let hashes = [
        1: "76ae3c14eca4dc14eb04db2de4fd6765588e55cd4a05bd0314b90be30132e17a", 2: "1d57c223c4b211a6c1e12c001e25a7a62877b936aa30a527e0c6bb37e0125a33",
        3: "878704a414d87709c1e41ea7e637a5957c462b67cd4915755d111dc3ad7d47f4",
        4: "28deee4c42029b9440344477b63264870b3ad2d0feb41498bc3deb02981ba550",
        5: "3313ca552e31be5284e960caf805a1e7b743138433eddea9b42791a453aae1e4",
        6: "d7af60e3a30e531d391484cb9d53631ce6a15fc9dae764fa2c5c24d7931c73df",
    ]

    @Test("No migration changes once it has a hash, and each has one", arguments: Migrations.all.map { $0.number })
    func frozen(number: Int) throws {
        let migration = try #require(Migrations.all.first { $0.number == number })
        let hash = HexID.encode(SHA256.hash(data: Data(migration.statements.joined(separator: "\0").utf8)))
        #expect(Self.hashes[number] == hash)
    }
}
