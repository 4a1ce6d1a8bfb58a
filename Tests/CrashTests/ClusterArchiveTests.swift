import Foundation
import NIOHTTP1
import Synchronization
import TestKit
import Testing
import Voicemail

/// A bucket's service that is slow, refuses, stops in the middle, and does what it was asked without saying so, under two servers that write.
@Suite struct ClusterArchiveTests {
    private static let isFull = ProcessInfo.processInfo.environment["AFTERTONE_SCALE"] != nil

    @Test("Whatever a bucket's service does, nothing acknowledged is lost, doubled or half made")
    func faults() async throws {
        let store = try await ObjectStore.shared.value
        let seed = UInt64.random(in: 1...UInt64(UInt32.max))
        let random = Mutex(SeededRandom(seed: seed)), isBad = Atomic<Bool>(false)
        let proxy = try FaultyService(before: store.endpoint) { request, _ in
            guard isBad.load(ordering: .relaxed) else { return .none }
            let draw = random.withLock { Int.random(in: 0..<12, using: &$0) }
            switch (draw, request.method) {
            case (0, _): return .refuse(503, "SlowDown")
            case (1, _): return .refuse(500, "InternalError")
            case (2, .PUT), (2, .DELETE): return .loseAnswer
            case (3, .GET): return .cut(100)
            case (4, _): return .drop
            case (5, _): return .late(.milliseconds(700))
            default: return .none
            }
        }
        try await PostgresCluster.shared.value.withDatabase { url in
            try await proxy.run { endpoint in
                try await Cluster.run(url: url, endpoint: endpoint, nodes: 2) { servers in
                    let writers = try await Writer.team(2, seed: seed) { try await servers.command($0) }
                    try await servers.start()
                    let ports = await servers.ports
                    for _ in 0..<(Self.isFull ? 10 : 1) {
                        let goal = try await Writer.total(writers) + 4
                        try await withThrowingTaskGroup(of: Void.self) { tasks in
                            for writer in writers { tasks.addTask { try await writer.workUntilStopped(ports: ports) } }
                            // There is something to spoil.
                            try await Patience.until { try await Writer.total(writers) >= goal }
                            isBad.store(true, ordering: .relaxed)
                            try await Task.sleep(for: .seconds(Self.isFull ? 10 : 4))
                            for writer in writers { await writer.stop() }
                            try await tasks.waitForAll()
                        }
                        isBad.store(false, ordering: .relaxed)
                        for writer in writers {
                            for fault in try await writer.check(port: ports[1]) { Issue.record("seed \(seed): \(fault)") }
                        }
                    }
                    #expect(try await Writer.total(writers) > 0)
                    #expect(await servers.stop() == [0, 0])
                    let verified = try await servers.command(["verify"])
                    #expect(verified.status == 0, "seed \(seed): \(verified.errors) \(verified.output)")
                }
            }
        }
    }
}
