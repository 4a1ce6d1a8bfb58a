import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Server
import Synchronization
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

/// Promise 2: what was stored is told, at least once, although the server is killed again and again while it stores and while it tells.
@Suite struct OutboxCrashTests {
    @Test("Every acknowledged recording is reported to a client that listens, whenever the server is killed")
    func acknowledgedRecordingsAreTold() async throws {
        let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 12
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        let acknowledged = Acknowledged()
        // Slow enough to be cut off in the middle of.
        let receiver = Receiver { _, _ in
            try? await Task.sleep(for: .milliseconds(3))
            return 200
        }
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            try await receiver.run { port in
                let world = try await Self.prepare(data, reportingTo: port)
                var random = SeededRandom(seed: seed)
                var number = 0
                for _ in 1...kills {
                    let server = try await ServerProcess.start(in: data, environment: Self.environment)
                    // Once so much more has been acknowledged, and a moment later.
                    let goal = acknowledged.all.count + Int.random(in: 0...40, using: &random)
                    let pause = Duration.milliseconds(Int.random(in: 0...20, using: &random))
                    let first = number
                    number += 1_000_000
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        tasks.addTask { await Self.work(from: first, world, port: server.port, acknowledged) }
                        try await Patience.until { acknowledged.all.count >= goal }
                        try await Task.sleep(for: pause)
                        server.kill()
                        try await tasks.waitForAll()
                    }
                }
                let last = try await ServerProcess.start(in: data, environment: Self.environment)
                let all = acknowledged.all
                try await Patience.until { all.isSubset(of: Self.callers(receiver)) }
                #expect(all.isSubset(of: Self.callers(receiver)), "seed \(seed)")
                #expect(!all.isEmpty)
                #expect(await last.stop() == 0)
                // What was stored and not acknowledged may be left: it is told, too. A minute later no claim is anybody's.
                try await TestServer.run(in: data, clock: ManualClock(SystemClock().now.advanced(by: 60))) { (server: TestServer) async throws in
                    let outbox = server.service.outbox
                    try await Patience.until { try await outbox.totals().pending == 0 }
                    // Nothing was given up.
                    #expect(try await outbox.totals() == DeliveryTotals(), "seed \(seed)")
                }
            }
            // What was told twice was told under one id.
            let ids = Dictionary(grouping: receiver.requests, by: { Self.caller($0) }).mapValues { Set($0.compactMap { $0["X-Delivery-Id"] }) }
            #expect(ids.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
        }
    }

    /// What a killed server was telling, the next but a few takes over.
    private static let environment = ["AFTERTONE_OUTBOX_INTERVAL_MILLISECONDS": "10", "AFTERTONE_OUTBOX_LEASE_SECONDS": "1"]

    private struct World: Sendable {
        let key: String
        let sound = WAV.silence(milliseconds: 20)
    }

    /// An account with a recorder's key, and a client that is logged in and told at `port`.
    private static func prepare(_ data: String, reportingTo port: Int) async throws -> World {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let account = try await server.makeAccount("Crash")
            let user = try await APIUsers(server.service).create(name: "told", in: account)
            _ = try await APIUsers(server.service).open(
                user.credential,
                details: ["address": "127.0.0.1", "api": "v2.0.0", "report": ["port": .int(port)]])
            return World(key: try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: account).secret)
        }
    }

    /// Sends recordings until the server stops answering.
    private static func work(from first: Int, _ world: World, port: Int, _ acknowledged: Acknowledged) async {
        for number in first... {
            guard await send("\(number)", world, port: port) else { return }
            acknowledged.add("\(number)")
        }
    }

    /// - Returns: whether it was acknowledged.
    private static func send(_ caller: String, _ world: World, port: Int) async -> Bool {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/intake/recordings/\(caller).wav?caller=\(caller)&callee=1000")
        request.method = .PUT
        request.headers.add(name: "Authorization", value: "Bearer \(world.key)")
        request.body = .bytes(ByteBuffer(bytes: world.sound))
        return await (try? client.execute(request, timeout: .seconds(30)))?.status == .created
    }

    /// Gives up at once when nobody listens. Lives as long as the tests.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private static func caller(_ request: Receiver.Request) -> String {
        (try? JSON.parse(request.body))?["callfrom"]?.string ?? "unreadable"
    }

    private static func callers(_ receiver: Receiver) -> Set<String> { Set(receiver.requests.map(caller)) }
}

/// Callers whose messages were acknowledged.
private final class Acknowledged: Sendable {
    private let callers = Mutex<Set<String>>([])

    func add(_ caller: String) { callers.withLock { _ = $0.insert(caller) } }

    var all: Set<String> { callers.withLock { $0 } }
}
