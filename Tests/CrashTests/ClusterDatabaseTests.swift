import Foundation
import TestKit
import Testing
import Voicemail

/// The database goes, and comes back or is replaced, while several servers work on it.
@Suite struct ClusterDatabaseTests {
    private static let isFull = ProcessInfo.processInfo.environment["AFTERTONE_SCALE"] != nil

    @Test("A database that stands still for a minute, twice: requests are refused in time, nothing acknowledged is lost, servers recover, nothing piles up")
    func standsStill() async throws {
        let cluster = try await PostgresCluster()
        let stall =
            Self.isFull
            ? Stall(cluster: cluster, seconds: 60, statementSeconds: 30, lockSeconds: 10, connectSeconds: 5)
            : Stall(cluster: cluster, seconds: 6, statementSeconds: 6, lockSeconds: 3, connectSeconds: 3)
        try await cluster.withDatabase { url in
            try await Cluster.run(url: url, nodes: 2, environment: stall.environment) { servers in
                let seed = UInt64.random(in: 1...UInt64(UInt32.max))
                var writers = try await Writer.team(3, seed: seed) { try await servers.command($0) }
                let client = writers.removeLast()
                try await servers.start()
                let before = try await servers.ids.map(Self.load)
                try await Self.outlast(stall, servers, writers, client, seed: seed)
                try await Self.expect(servers, cluster, at: before, moreThreads: 12, moreFiles: 24)
                let first = try await servers.ids.map(Self.load)
                // What one leaves behind for good another one leaves once more.
                try await Self.outlast(stall, servers, writers, client, seed: seed)
                try await Self.expect(servers, cluster, at: first, moreThreads: 2, moreFiles: 4)
                #expect(await servers.stop() == [0, 0])
                let verified = try await servers.command(["verify"])
                #expect(verified.status == 0, "seed \(seed): \(verified.errors) \(verified.output)")
            }
        }
        try await cluster.stop()
    }

    /// Has writers work when the database stands still, and compares when it has gone on.
    private static func outlast(_ stall: Stall, _ servers: Cluster, _ writers: [Writer], _ client: Writer, seed: UInt64) async throws {
        let ports = await servers.ports, remote = await servers.servers, goal = try await Writer.total(writers) + 4
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in writers { tasks.addTask { try await writer.workUntilStopped(ports: ports) } }
            try await Patience.until { try await Writer.total(writers) >= goal }
            try await stall.run(remote, by: client)
            try await Task.sleep(for: .seconds(1))
            for writer in writers { await writer.stop() }
            try await tasks.waitForAll()
        }
        for server in remote { try await becomesReady(server) }
        // What servers have given up waiting for is done or not by now.
        try await servers.isSettled(stall.cluster)
        for writer in writers {
            for fault in try await writer.check(port: ports[0]) { Issue.record("seed \(seed): \(fault)") }
        }
    }

    /// Waits until no thread, file or connection is there beyond what is used again.
    private static func expect(
        _ servers: Cluster, _ database: PostgresCluster, at loads: [(threads: Int, files: Int)], moreThreads: Int, moreFiles: Int
    ) async throws {
        for (server, was) in zip(await servers.ids, loads) {
            var last = was
            let isGone = try await Patience.until {
                last = try load(server)
                return last.threads <= was.threads + moreThreads && last.files <= was.files + moreFiles
            }
            #expect(isGone, "\(last), and \(was) before")
        }
        // One more of each finds out whether commits return.
        let most = loads.count * (Cluster.pool + 1)
        let areGone = try await Patience.until { (try await servers.connections(database)).map { $0 <= most } ?? false }
        #expect(areGone, "more than \(most) connections")
    }

    /// `make scaletest` has five primaries killed, each under four times the load.
    @Test(
        "The primary is killed under load and its synchronous standby takes over: nothing acknowledged is lost or doubled",
        .serialized, arguments: 0..<(isFull ? 5 : 1))
    func takesOver(_ number: Int) async throws {
        let primary = try await PostgresCluster(settings: "-c fsync=on -c wal_level=replica -c synchronous_commit=on")
        let standby = try await PostgresCluster(standbyOf: primary)
        try await primary.run("CREATE DATABASE aftertone")
        try await primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try await primary.run("SELECT pg_reload_conf()")
        // Before that a commit waits for nobody.
        let isSynchronous = try await Patience.until {
            try await primary.run("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
        }
        try #require(isSynchronous)
        let url = "postgresql:///aftertone?host=\(primary.directory),\(standby.directory)&user=aftertone&target_session_attrs=read-write"
        try await Cluster.run(url: url, nodes: 2) { servers in
            let seed = UInt64.random(in: 1...UInt64(UInt32.max))
            let writers = try await Writer.team(Self.isFull ? 8 : 2, seed: seed) { try await servers.command($0) }
            try await servers.start()
            let ports = await servers.ports
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for writer in writers { tasks.addTask { try await writer.workUntilStopped(ports: ports) } }
                // Each time at another point of what they do.
                try await Patience.until { try await Writer.total(writers) >= 4 + 7 * number }
                try primary.signal(SIGKILL)
                try await standby.promote()
                try await Task.sleep(for: .seconds(2))
                for writer in writers { await writer.stop() }
                try await tasks.waitForAll()
            }
            for server in await servers.servers { try await Self.becomesReady(server) }
            for writer in writers {
                for fault in try await writer.check(port: ports[1]) { Issue.record("seed \(seed): \(fault)") }
            }
            #expect(await servers.stop() == [0, 0])
            let verified = try await servers.command(["verify"])
            #expect(verified.status == 0, "seed \(seed): \(verified.errors) \(verified.output)")
        }
        try await standby.stop()
        try await primary.stop()
    }

    private static func load(_ process: pid_t) throws -> (threads: Int, files: Int) {
        func count(_ what: String) throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/\(what)").count }
        return (try count("task"), try count("fd"))
    }

    private static func becomesReady(_ server: RemoteServer) async throws {
        let isReady = try await Patience.until { try await server.send("GET", "/readyz").status == 200 }
        #expect(isReady)
    }
}
