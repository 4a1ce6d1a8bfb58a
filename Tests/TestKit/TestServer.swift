import HTTPFront
import Logging
import NIOConcurrencyHelpers
import SQLiteStore
import Server
import ServiceLifecycle
import Synchronization
import Voicemail
import Web

/// A complete server in this process, on a port of its own of the loopback interface and over a data directory of its
/// own. The clock stands still until a test turns it; slow hashes are quick.
public struct TestServer: Sendable {
    public let installation: Installation
    public let clock: ManualClock
    /// Advances with nothing: what the rate limits see.
    public let uptime: ManualUptime
    /// Where it is asked next; of servers that take turns, where the next one is.
    public var port: Int { ports.next }
    /// The port of the page's own listener; nil where it has none.
    public let pagePort: Int?
    /// Where calls are taken over UDP and TCP; 0 where none are.
    public let sipPort: Int
    /// The data directory.
    public let directory: String
    /// What opens the set-up page.
    public let setup: SetupCode
    private var ports: TurnTaker
    private let groups: [ServiceGroup]

    public var service: VoicemailService { installation.service }

    /// Runs `body` against a server over a fresh directory, which is removed afterwards.
    /// - Parameters:
    ///   - synthesizer: what speaks, in place of what is installed.
    ///   - tail: the last troubles of a log.
    ///   - configure: changes the configuration before the start.
    public static func run<Value: Sendable>(
        clock: ManualClock = ManualClock(), measuring: Measuring = Measuring(), synthesizer: (any SpeechSynthesizer)? = nil, tail: LogTail? = nil,
        _ configure: (inout Configuration) -> Void = { _ in }, _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.run { directory in
            let configuration = testConfiguration(directory.path + "/data", configure)
            var rig = rig(clock, 16, measuring)
            rig.synthesizer = synthesizer
            return try await ServerTurns.hold { [rig] in try await run(configuration, clock: clock, rig, tail, body) }
        }
    }

    /// Runs `body` against a server over `directory`, which is made when it is missing and stays: run twice over the same,
    /// this is a restart.
    /// - Parameters:
    ///   - hashCost: scrypt's N; 16,384 for users that the command line made.
    ///   - measuring: how long uploads wait to be measured.
    public static func run<Value: Sendable>(
        in directory: String, clock: ManualClock = ManualClock(), hashCost: Int = 16, measuring: Measuring = Measuring(),
        _ configure: (inout Configuration) -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        let configuration = testConfiguration(directory, configure)
        return try await ServerTurns.hold { try await run(configuration, clock: clock, rig(clock, hashCost, measuring), nil, body) }
    }

    private static func run<Value: Sendable>(
        _ configuration: Configuration, clock: ManualClock, _ rig: Installation.Rig, _ tail: LogTail?, _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        let uptime = ManualUptime()
        return try await ManyServers.configurations(of: configuration) { members in
            try await serve(members[...], [], clock: clock, uptime, rig, tail, body)
        }
    }

    /// Starts one after the other, each within the one before, and runs `body` with all of them as one.
    private static func serve<Value: Sendable>(
        _ configurations: ArraySlice<Configuration>, _ started: [TestServer], clock: ManualClock, _ uptime: ManualUptime, _ rig: Installation.Rig,
        _ tail: LogTail?, _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        guard let next = configurations.first else { return try await body(started[0].takingTurns(with: started.dropFirst())) }
        return try await serve(next, clock: clock, uptime, rig, tail) {
            try await serve(configurations.dropFirst(), started + [$0], clock: clock, uptime, rig, tail, body)
        }
    }

    private static func serve<Value: Sendable>(
        _ configuration: Configuration, clock: ManualClock, _ uptime: ManualUptime, _ rig: Installation.Rig, _ tail: LogTail?,
        _ body: @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        let registry = MetricsRegistry()
        let installation = try await Installation.open(
            configuration, for: .server, creating: true, instruments: StorageInstruments(registry), rig: rig, logger: silent)
        let result = await Result { () async throws -> Value in
            let (ports, announce) = AsyncThrowingStream.makeStream(of: Front.Bound.self)
            let (sipPorts, announceSIP) = AsyncThrowingStream.makeStream(of: Int.self)
            let setup = SetupCode()
            var surroundings = ServerSurroundings()
            surroundings.registry = registry
            surroundings.setup = setup
            surroundings.tail = tail
            surroundings.uptime = uptime.read
            surroundings.onCalls = { announceSIP.yield($0.port) }
            let server = AftertoneServer(installation, in: surroundings) { announce.yield($0) }
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    do { try await server.run() } catch {
                        announce.finish(throwing: error)
                        announceSIP.finish(throwing: error)
                        throw error
                    }
                }
                let bound = try await first(configuration.http.page.isEmpty ? 1 : 2, of: ports)
                let takesCalls = configuration.telephone.listen != nil
                let sipPort = takesCalls ? try await sipPorts.first { _ in true } : 0
                let test = TestServer(
                    installation: installation, clock: clock, uptime: uptime, pagePort: bound.page, sipPort: sipPort ?? 0, directory: configuration.data,
                    setup: setup, ports: TurnTaker([bound.shared]), groups: [server.group])
                let outcome = await Result { () async throws -> Value in try await body(test) }
                await server.group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return try outcome.get()
            }
        }
        try await installation.close()
        return try result.get()
    }

    /// The ports of so many listeners, each of a kind of its own.
    private static func first(_ count: Int, of ports: AsyncThrowingStream<Front.Bound, any Error>) async throws -> (shared: Int, page: Int?) {
        var shared: Int?, page: Int?, iterator = ports.makeAsyncIterator()
        for _ in 0..<count {
            guard let bound = try await iterator.next() else { throw CancellationError() }
            if case .only = bound.listener.dialects { page = bound.port } else { shared = bound.port }
        }
        guard let shared else { throw CancellationError() }
        return (shared, page)
    }

    /// The same server, reached at another port of it.
    public func reached(at port: Int) -> TestServer {
        var server = self
        server.ports = TurnTaker([port])
        return server
    }

    /// This one with others of its installation, request by request. What a test sees beside what is answered is this one's.
    private func takingTurns(with others: ArraySlice<TestServer>) -> TestServer {
        let all = [self] + others
        return TestServer(
            installation: installation, clock: clock, uptime: uptime, pagePort: pagePort, sipPort: sipPort, directory: directory, setup: setup,
            ports: TurnTaker(all.flatMap(\.ports.ports)), groups: all.flatMap(\.groups))
    }

    /// Runs `body` with a data directory that no server works on: nothing happens there but what `body` does.
    public static func withoutServer<Value: Sendable>(
        in directory: String, measuring: Measuring = Measuring(), _ body: @Sendable (Installation) async throws -> Value
    ) async throws -> Value {
        try await ServerTurns.hold {
            let installation = try await Installation.open(
                testConfiguration(directory) { _ in }, for: .server, creating: true, rig: rig(ManualClock(), 16, measuring), logger: silent)
            let result = await Result { () async throws -> Value in try await body(installation) }
            try await installation.close()
            return try result.get()
        }
    }

    /// Stops accepting and lets what is under way finish, as a signal would.
    public func beginShutdown() async {
        for group in groups { await group.triggerGracefulShutdown() }
    }

    private static func testConfiguration(_ directory: String, _ configure: (inout Configuration) -> Void) -> Configuration {
        var configuration = Configuration()
        configuration.data = directory
        // A machine that runs everything at once is no slow client.
        configuration.http.deadlines.head = .seconds(600)
        configuration.http.deadlines.exchange = .seconds(600)
        configuration.http.deadlines.idle = .seconds(600)
        configuration.http.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.http.deadlines.drain = .seconds(5)
        configuration.archive.preparedFiles = 2
        configuration.archive.writeThreads = 2
        configuration.archive.readThreads = 2
        configuration.store.readers = 2
        configuration.logins.hashesAtOnce = 1
        configure(&configuration)
        return configuration
    }

    private static func rig(_ clock: ManualClock, _ hashCost: Int, _ measuring: Measuring) -> Installation.Rig {
        var rig = Installation.Rig()
        rig.clock = clock
        rig.hashCost = hashCost
        rig.measuringMoment = measuring.moment
        rig.measuringLimit = measuring.upload
        rig.shortLimit = measuring.short
        return rig
    }

    /// How long uploads wait to be measured: as long as a busy machine may take, unless a test says otherwise.
    public struct Measuring: Sendable {
        public var moment = Duration.seconds(600)
        public var upload = Duration.seconds(600)
        public var short = Duration.seconds(600)

        public init() {}

        /// What has to be decoded is measured later.
        public static let later: Measuring = {
            var measuring = Measuring()
            (measuring.moment, measuring.upload) = (.zero, .zero)
            return measuring
        }()
    }

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Ports that take turns.
final class TurnTaker: Sendable {
    let ports: [Int]
    private let turns = Atomic(0)

    init(_ ports: [Int]) { self.ports = ports }

    var next: Int { ports[turns.add(1, ordering: .relaxed).oldValue % ports.count] }
}

/// A clock that goes where a test turns it.
public final class ManualClock: WallClock {
    private let time: NIOLockedValueBox<Timestamp>

    public init(_ start: Timestamp = Timestamp(unix: 1_463_000_000)) { time = NIOLockedValueBox(start) }

    public var now: Timestamp { time.withLockedValue { $0 } }

    public func set(_ now: Timestamp) { time.withLockedValue { $0 = now } }

    public func advance(by seconds: Int) { time.withLockedValue { $0 = $0.advanced(by: seconds) } }
}

/// Seconds since the start that pass when a test says so.
public final class ManualUptime: Sendable {
    private let elapsed = NIOLockedValueBox(0.0)

    public init() {}

    @Sendable public func read() -> Double { elapsed.withLockedValue { $0 } }

    public func advance(by seconds: Double) { elapsed.withLockedValue { $0 += seconds } }
}

extension Result where Failure == any Error {
    /// What `body` returned or threw, to be looked at once something else has been done.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
