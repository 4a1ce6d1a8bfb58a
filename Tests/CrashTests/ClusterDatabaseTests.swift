import Foundation
import TestKit
import Testing
import Voicemail

/// The database goes, and comes back or is replaced, while several servers work on it.
@Suite struct ClusterDatabaseTests {
    private static let isFull = ProcessInfo.processInfo.environment["AFTERTONE_SCALE"] != nil

    @Test("A database that stands still for a minute: requests end in time, nothing acknowledged is lost, and servers are ready again by themselves")
    func standsStill() async throws {
        let cluster = try await PostgresCluster()
        let seconds = Self.isFull ? 60 : 6
        try await cluster.withDatabase { url in
            try await Cluster.run(url: url, nodes: 2) { servers in
                let seed = UInt64.random(in: 1...UInt64(UInt32.max))
                let writers = try await Writer.team(2, seed: seed) { try await servers.command($0) }
                try await servers.start()
                let ports = await servers.ports
                let before = try await servers.ids.map(Self.load)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for writer in writers { tasks.addTask { try await writer.workUntilStopped(ports: ports) } }
                    try await Patience.until { try await Writer.total(writers) >= 4 }
                    try cluster.signal(SIGSTOP)
                    let asked = ContinuousClock.now
                    async let ready = RemoteServer(port: ports[0]).send("GET", "/readyz")
                    // While the database stands still, which it does until this was answered.
                    #expect(try await RemoteServer(port: ports[1]).send("GET", "/livez").status == 200)
                    try await Task.sleep(until: asked + .seconds(seconds), clock: .continuous)
                    try cluster.signal(SIGCONT)
                    let said = try await ready
                    #expect([200, 503].contains(said.status))
                    try await Task.sleep(for: .seconds(1))
                    for writer in writers { await writer.stop() }
                    try await tasks.waitForAll()
                }
                for server in await servers.servers { try await Self.becomesReady(server) }
                // What servers have given up waiting for is done or not by now.
                try await servers.isSettled(cluster)
                for writer in writers {
                    for fault in try await writer.check(port: ports[0]) { Issue.record("seed \(seed): \(fault)") }
                }
                // No thread and no connection stays behind for good.
                for (server, was) in zip(await servers.ids, before) {
                    let isGone = try await Patience.until {
                        let now = try Self.load(server)
                        return now.threads <= was.threads + 12 && now.files <= was.files + 24
                    }
                    #expect(isGone, "more than \(was)")
                }
                #expect(await servers.stop() == [0, 0])
                let verified = try await servers.command(["verify"])
                #expect(verified.status == 0, "seed \(seed): \(verified.errors) \(verified.output)")
            }
        }
        try await cluster.stop()
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
