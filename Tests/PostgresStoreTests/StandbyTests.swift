import Foundation
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// A standby shows what was: nobody is served from one.
struct StandbyTests {
    private func withStandby(_ body: (_ primary: PostgresCluster, _ standby: PostgresCluster) async throws -> Void) async throws {
        let primary = try await PostgresCluster(settings: "-c fsync=off -c wal_level=replica")
        let standby = try await PostgresCluster(standbyOf: primary)
        let result = await Result { () async throws -> Void in try await body(primary, standby) }
        try await standby.stop()
        try await primary.stop()
        try result.get()
    }

    private func url(_ hosts: String...) -> String { "postgresql:///postgres?host=\(hosts.joined(separator: ","))&user=aftertone" }

    @Test("Of two hosts the primary is found, although nobody has asked for it; where there is a standby alone, it is refused")
    func found() async throws {
        try await withStandby { primary, standby in
            for hosts in [url(standby.directory, primary.directory), url(primary.directory, standby.directory)] {
                try await withStore(PostgresOptions(url: hosts, pool: 2)) { store in
                    let id = HexID.random()
                    _ = try await store.write { try $0.insert(StoreContract.message(id)) }
                    #expect(try await store.read { try $0.message(id: id)?.id } == id)
                    #expect(await store.unavailability() == nil)
                }
            }
            let alone = PostgresOptions(url: url(standby.directory))
            #expect(throws: PostgresOpenError.readOnly) { try PostgresStore(alone) }
            #expect(throws: PostgresOpenError.readOnly) { try PostgresStore.look(alone) { _ in } }
        }
    }

    @Test("Who is led to a standby later, by a name that has moved on, reads nothing there", .timeLimit(.minutes(3)))
    func led() async throws {
        try await withStandby { primary, standby in
            let name = FileManager.default.temporaryDirectory.path + "/aftertone-" + String(HexID.random().prefix(8))
            func lead(to cluster: PostgresCluster) throws {
                try? FileManager.default.removeItem(atPath: name)
                try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: cluster.directory)
            }
            try lead(to: primary)
            defer { try? FileManager.default.removeItem(atPath: name) }
            try await withStore(PostgresOptions(url: url(name), pool: 2)) { store in
                _ = try await store.write { try $0.insert(StoreContract.message("one")) }
                try lead(to: standby)
                try await primary.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aftertone'")
                await #expect(throws: StoreError.self) { try await store.read { try $0.message(id: "one") } }
                await #expect(throws: StoreError.self) { try await store.write { try $0.insert(StoreContract.message("two")) } }
                // For a moment after a connection has failed nobody tries.
                while await store.unavailability() != "the database takes no changes" { await Task.yield() }
            }
        }
    }
}
