import Foundation
import HTTPFront
import Logging
import PostgresStore
import TestKit
import Testing
import Voicemail

@testable import Server

/// Servers on a shared database, and who changes its key meanwhile.
struct PresenceTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` with an open installation, and the configuration of another process on it.
    private func withInstallation(_ body: (Installation, _ other: Configuration) async throws -> Void) async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TemporaryDirectory.run { directory in
                var one = Configuration(), other = Configuration()
                one.postgres = PostgresOptions(url: url, pool: 4, lockSeconds: 60)
                one.archive.directory = directory.path + "/audio"
                one.data = directory.path + "/one"
                other.postgres = one.postgres
                other.archive.directory = one.archive.directory
                other.data = directory.path + "/two"
                let installation = try await Installation.open(one, for: .server, creating: true, logger: logger)
                _ = try DataDirectory.open(other.data, creating: true, key: installation.directory.readSecretKey())
                do { try await body(installation, other) } catch {
                    try await installation.close()
                    throw error
                }
                try await installation.close()
            }
        }
    }

    private func living(_ installation: Installation) async throws -> Int {
        let now = installation.service.clock.now
        return try await installation.store.read { try $0.livingProcesses(at: now) }
    }

    private func presence(_ installation: Installation, _ processes: LiveProcesses, _ interval: Duration = .seconds(30)) -> Presence {
        Presence(processes: processes, clock: nil, store: installation.store, keyMark: installation.keyMark, logger: logger, interval: interval)
    }

    @Test("A server that has read its key before it was rotated does not begin to serve, and is not counted")
    func rotatedMeanwhile() async throws {
        try await withInstallation { installation, other in
            _ = try await KeyRotation(other).run()
            var surroundings = ServerSurroundings()
            surroundings.listeners = [Listener(host: "127.0.0.1", port: 0)]
            let server = AftertoneServer(installation, in: surroundings) { _ in Issue.record("it listens") }
            await #expect(throws: PostgresOpenError.otherKey) { try await server.run() }
            #expect(try await living(installation) == 0)
        }
    }

    @Test("Who begins to serve while the key is about to be rotated is seen, and the key stays")
    func announcedMeanwhile() async throws {
        try await withInstallation { installation, other in
            let url = other.postgres?.url ?? "", name = url.split(separator: "/")[1].prefix { $0 != "?" }
            let before = try Bytes.ofFile(other.data + "/secret.key")
            let (begun, note) = AsyncStream.makeStream(of: Void.self), goOn = DispatchSemaphore(value: 0)
            // What a server says at its start, on its way. It blocks a thread of the store's.
            let announcement = Task {
                let now = installation.service.clock.now
                try await installation.store.write { writer in
                    try writer.insert(
                        Ticket(
                            hash: HexID.random(), kind: Ticket.Kind(rawValue: "process"), accountID: "", credentialID: "processes", created: now,
                            expires: now.advanced(by: 90)))
                    #expect(try writer.livingProcesses(at: now) == 1)
                    note.yield()
                    _ = goOn.wait(timeout: .now() + 60)
                }
            }
            for await _ in begun { break }
            let rotation = Task { try await KeyRotation(other).run() }
            let end = ContinuousClock.now + .seconds(60)
            let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event_type = 'Lock'"
            while try await PostgresCluster.shared.value.run(waiting) != "1", ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
            goOn.signal()
            try await announcement.value
            await #expect(throws: KeyRotation.Refused.serversRun(1)) { _ = try await rotation.value }
            #expect(try await installation.store.isKeyed(as: installation.keyMark))
            #expect(try Bytes.ofFile(other.data + "/secret.key") == before)
        }
    }

    @Test("A server counts while it runs, and one that was thought to be gone ends when the key has changed meanwhile")
    func takenForDead() async throws {
        try await withInstallation { installation, other in
            let processes = LiveProcesses(installation.service)
            let presence = presence(installation, processes, .milliseconds(1))
            try await presence.begin()
            #expect(try await living(installation) == 1)
            await #expect(throws: KeyRotation.Refused.serversRun(1)) { _ = try await KeyRotation(other).run() }
            // As after a minute and a half in which it could say nothing.
            try await processes.leave()
            _ = try await KeyRotation(other).run()
            await #expect(throws: PostgresOpenError.otherKey) { try await presence.run() }
            #expect(try await living(installation) == 0)
        }
    }

    @Test("A server whose key still holds goes on until it is told to end, and is not counted from then on")
    func staysAndLeaves() async throws {
        try await withInstallation { installation, _ in
            let processes = LiveProcesses(installation.service), another = LiveProcesses(installation.service)
            let presence = presence(installation, processes, .milliseconds(1))
            try await presence.begin()
            #expect(processes.count == 1)
            let running = Task { try await presence.run() }
            try await another.announce(for: 90)
            let end = ContinuousClock.now + .seconds(60)
            while processes.count != 2, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
            #expect(processes.count == 2)
            running.cancel()
            try await running.value
            #expect(try await living(installation) == 1)
        }
    }
}
