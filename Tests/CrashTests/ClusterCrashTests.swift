import Foundation
import TestKit
import Testing
import Voicemail

/// Promise 1 with several processes: whichever of them is killed, what any has acknowledged is there at all others, whole and once.
///
/// Requests of each writer take turns among three servers on one database and one bucket. `CLUSTER_KILLS` says how often one of them is killed
/// (3 unless told otherwise; `make scaletest` says 200).
@Suite struct ClusterCrashTests {
    private static let writers = 4

    @Test func acknowledgedOperationsSurviveElsewhere() async throws {
        let kills = ProcessInfo.processInfo.environment["CLUSTER_KILLS"].flatMap(Int.init) ?? 3
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        try await PostgresCluster.shared.value.withDatabase { url in
            try await Cluster.run(url: url) { cluster in
                try await Self.run(cluster, kills: kills, seed: seed)
            }
        }
    }

    private static func run(_ cluster: Cluster, kills: Int, seed: UInt64) async throws {
        let writers = try await Writer.team(Self.writers, seed: seed) { try await cluster.command($0) }
        var random = SeededRandom(seed: seed)
        try await cluster.start()
        for kill in 1...kills {
            let ports = await cluster.ports
            let victim = Int.random(in: 0..<ports.count, using: &random)
            // Once so much more has been acknowledged, and a moment later.
            let goal = try await Writer.total(writers) + Int.random(in: 0...20, using: &random)
            let pause = Duration.milliseconds(Int.random(in: 0...50, using: &random))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for writer in writers { tasks.addTask { try await writer.work(ports: ports) } }
                try await Patience.until { try await Writer.total(writers) >= goal }
                try await Task.sleep(for: pause)
                await cluster.kill(victim)
                try await tasks.waitForAll()
            }
            // What the dead one asked the database for last may be done only now.
            try await cluster.isSettled(PostgresCluster.shared.value)
            // The survivors know everything at once: nobody waits for the dead one to come back.
            let survivors = await cluster.ports
            for (number, writer) in writers.enumerated() {
                for fault in try await writer.check(port: survivors[number % survivors.count]) { Issue.record("kill \(kill) of seed \(seed): \(fault)") }
            }
            try await cluster.start()
            if kills >= 50, kill % 20 == 0 { print("\(kill) kills, \(try await Writer.total(writers)) operations acknowledged") }
        }
        #expect(try await Writer.total(writers) > 0)
        let statuses = await cluster.stop()
        #expect(statuses == [0, 0, 0])
        // What the kills have left on either side is found, and nothing else goes.
        let (objects, rows) = try await cluster.clearedUp()
        #expect(objects == rows, "seed \(seed): \(objects.symmetricDifference(rows))")
        let verified = try await cluster.command(["verify"])
        #expect(verified.status == 0, "seed \(seed): \(verified.errors) \(verified.output)")
    }
}

extension Writer {
    static func total(_ writers: [Writer]) async throws -> Int {
        var sum = 0
        for writer in writers { sum += await writer.acknowledged }
        return sum
    }

    /// Writers of one account, each with two mailboxes of its own.
    /// - Parameter command: runs a command on the installation.
    static func team(_ count: Int, seed: UInt64, _ command: ([String]) async throws -> CommandLineProgram.Outcome) async throws -> [Writer] {
        let made = try await command(["account", "create", "Crash"])
        let account = try #require(made.json["id"]?.string, "\(made.errors)")
        let token = try #require(try await command(["token", "create", "--account", account, "--ttl", "864000"]).json["token"]?.string)
        var writers: [Writer] = []
        for number in 0..<count {
            var boxes: [String] = []
            for prefix in ["1", "2"] {
                let box = try await command(["mailbox", "create", "--account", account, "--number", "\(prefix)\(number)", "--name", "Box"])
                boxes.append(try #require(box.json["id"]?.string, "\(box.errors)"))
            }
            writers.append(Writer(number: number, account: account, boxes: boxes, token: token, seed: seed))
        }
        return writers
    }
}
