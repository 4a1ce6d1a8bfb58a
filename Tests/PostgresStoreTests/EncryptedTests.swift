import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// A database that is reached over TLS.
struct EncryptedTests {
    /// Gives a server a certificate, which it reads with its settings.
    private func encrypt(_ cluster: PostgresCluster, with pair: TestCertificates.Pair) async throws {
        for (text, file) in [(pair.certificate, "server.crt"), (pair.key, "server.key")] {
            try await cluster.run("COPY (SELECT unnest(string_to_array('\(text)', E'\\n'))) TO PROGRAM 'umask 077; cat > \(file)'")
        }
        try await cluster.run("ALTER SYSTEM SET ssl = on")
        try await cluster.run("SELECT pg_reload_conf()")
        while try await cluster.run("SHOW ssl") != "on" { await Task.yield() }
    }

    @Test("With sslmode=verify-full the server is who it says: another authority's certificate and another name are refused")
    func verified() async throws {
        // Of the loopback network, as every server of the tests has the same port.
        let address = (1...3).reduce("127") { address, _ in "\(address).\(Int.random(in: 2...250))" }
        let cluster = try await PostgresCluster(settings: "-c fsync=off -c listen_addresses=\(address)")
        let result = await Result { () async throws -> Void in
            try await encrypt(cluster, with: TestCertificates.first)
            try await TemporaryDirectory.run { directory in
                let right = try directory.write(TestCertificates.first.certificate, to: "right.pem")
                try await look(at: address, right: right, wrong: directory.write(TestCertificates.second.certificate, to: "wrong.pem"))
            }
        }
        try await cluster.stop()
        try result.get()
    }

    private func look(at address: String, right: String, wrong: String) async throws {
        func options(_ host: String, _ authority: String) -> PostgresOptions {
            let query = "hostaddr=\(address)&sslmode=verify-full&sslrootcert=\(authority)"
            return PostgresOptions(url: "postgresql://aftertone@\(host)/postgres?\(query)", pool: 2)
        }
        try await withStore(options("localhost", right)) { store in
            _ = try await store.write { try $0.insert(StoreContract.message("one")) }
            let isEncrypted = try await store.read { reader in
                try (reader as? Snapshot)?.first("SELECT ssl::int::bigint FROM pg_stat_ssl WHERE pid = pg_backend_pid()")?.int(0)
            }
            #expect(isEncrypted == 1)
        }
        for (host, authority, words) in [
            ("localhost", wrong, "certificate verify failed"), ("db.example", right, "does not match host name \"db.example\""),
        ] {
            let error = #expect(throws: PostgresOpenError.self) { try PostgresStore(options(host, authority)) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
    }
}
