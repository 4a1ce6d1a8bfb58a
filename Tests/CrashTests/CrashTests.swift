import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// Promise 1: what was acknowledged survives `kill -9` at any moment, and nothing is half-made.
///
/// Several writers create, attach, file, move, copy and delete while the server is killed again and again over one data
/// directory. After each restart every message is read back and compared with what its writer was told, sound by sound,
/// byte by byte; at the end the data directory is verified. `KILLS` says how often (5 unless told otherwise).
@Suite struct CrashTests {
    private static let writers = 4

    @Test func acknowledgedOperationsSurvive() async throws {
        let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 5
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let writers = try await Self.prepare(data, seed: seed)
            var random = SeededRandom(seed: seed)
            for kill in 1...kills {
                let server = try await ServerProcess.start(in: data)
                // Once so much more has been acknowledged, and a moment later.
                let goal = try await Self.total(writers) + Int.random(in: 0...60, using: &random)
                let pause = Duration.milliseconds(Int.random(in: 0...20, using: &random))
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for writer in writers { tasks.addTask { try await writer.work(port: server.port) } }
                    try await Patience.until { try await Self.total(writers) >= goal }
                    try await Task.sleep(for: pause)
                    server.kill()
                    try await tasks.waitForAll()
                }
                let reader = try await ServerProcess.start(in: data)
                for writer in writers {
                    for fault in try await writer.check(port: reader.port) { Issue.record("kill \(kill) of seed \(seed): \(fault)") }
                }
                reader.kill()
                if kills >= 100, kill % 100 == 0 { print("\(kill) kills, \(try await Self.total(writers)) operations acknowledged") }
            }
            #expect(try await Self.total(writers) > 0)
            try await Self.verify(data)
        }
    }

    private static func total(_ writers: [Writer]) async throws -> Int {
        var sum = 0
        for writer in writers { sum += await writer.acknowledged }
        return sum
    }

    /// An account with two mailboxes a writer, and a token.
    private static func prepare(_ data: String, seed: UInt64) async throws -> [Writer] {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let account = try await server.makeAccount("Crash")
            let token = try await server.makeToken(for: account, lifetime: 86_400)
            var writers: [Writer] = []
            for number in 0..<Self.writers {
                let boxes = [try await server.makeMailbox("1\(number)", in: account).id, try await server.makeMailbox("2\(number)", in: account).id]
                writers.append(Writer(number: number, account: account.id, boxes: boxes, token: token, seed: seed))
            }
            return writers
        }
    }

    /// Nothing is missing, altered or left over, and the counts are right.
    private static func verify(_ data: String) async throws {
        let server = try await ServerProcess.start(in: data)
        #expect(await server.stop() == 0)
        try await TestServer.run(in: data) { server in
            try await server.service.housekeeping.verifyArchive { damage in Issue.record("\(damage.description)") }
        }
    }
}
