import FileArchive
import Foundation
import Logging
import NIOPosix
import SQLiteStore
import Synchronization
import TestKit
import Voicemail

@testable import Delivery

/// A domain over a real store in a directory of its own, with a clock that a test turns.
struct Bench: Sendable {
    let service: VoicemailService
    let clock: TurnedClock
    private let database: String

    static func run<Value>(_ body: (Bench) async throws -> Value) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.path + "/aftertone-delivery-" + HexID.random()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let database = directory + "/store.sqlite"
        let store = try SQLiteStore(path: database)
        var configuration = FileArchive.Configuration(directory: directory + "/blobs")
        configuration.preparedFiles = 0
        configuration.writeThreads = 1
        configuration.readThreads = 1
        let archive = try await FileArchive(configuration, logger: .quiet)
        let clock = TurnedClock()
        let result: Result<Value, any Error>
        do { result = .success(try await body(Bench(service: service(store, archive, clock), clock: clock, database: database))) } catch {
            result = .failure(error)
        }
        await archive.close()
        try store.close()
        try FileManager.default.removeItem(atPath: directory)
        return try result.get()
    }

    /// Of all processes that open the database.
    private static let key = InstallationKey.random()

    private static func service(_ store: SQLiteStore, _ archive: any AudioArchive, _ clock: TurnedClock) -> VoicemailService {
        VoicemailService(
            store: store, archive: archive, codec: NoAudio(), secrets: Secrets(key: key, pool: .singleton),
            clock: clock, logger: .quiet)
    }

    /// Opens the same database once more, as another process does.
    func beside<Value>(_ body: (Bench) async throws -> Value) async throws -> Value {
        let store = try SQLiteStore(path: database)
        let result: Result<Value, any Error>
        let other = Bench(service: Self.service(store, service.archive, clock), clock: clock, database: database)
        do { result = .success(try await body(other)) } catch { result = .failure(error) }
        try store.close()
        return try result.get()
    }

    /// Commits events, one transaction each.
    func happen(_ subjects: [String]) async throws {
        for subject in subjects {
            try await service.store.write { [now = clock.now] in
                try $0.append(Event(kind: .messageStored, accountID: "a", subjectID: subject, created: now))
            }
        }
    }

    func deliveries(_ state: Delivery.State? = nil) async throws -> [Delivery] {
        try await service.outbox.list(DeliveryQuery(state: state, limit: 10_000))
    }

    /// Runs a worker while `body` does; then stops it in order, or cuts it off.
    func working<Value: Sendable>(
        _ channels: [any DeliveryChannel], hub: EventHub = EventHub(), settings: OutboxSettings = .quick,
        instruments: OutboxInstruments = OutboxInstruments(), _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let worker = OutboxWorker(service: service, channels: channels, hub: hub, settings: settings, instruments: instruments, logger: .quiet)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            group.cancelAll()
            return try result.get()
        }
    }

    struct NeverHappened: Error {}

    /// Waits for what a worker is about to do, a minute at most.
    func until(_ isTrue: @Sendable () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !isTrue() {
            guard ContinuousClock.now < end else { throw NeverHappened() }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

final class TurnedClock: WallClock {
    private let time = Mutex(Timestamp(unix: 1_463_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(by seconds: Int) { time.withLock { $0 = $0.advanced(by: seconds) } }
}

extension OutboxSettings {
    static let quick = OutboxSettings(interval: .milliseconds(5))
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Nothing here has sound.
private struct NoAudio: AudioCodec {
    func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
        throw AudioError.undecodable
    }
    func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio { throw AudioError.undecodable }
    func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio? { nil }
    func forget(_ key: BlobID) async throws {}
    func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]] { throw AudioError.undecodable }
}

/// Posts every event to each of some addresses.
struct PostChannel: DeliveryChannel {
    let name: String
    var retries: RetryPolicy
    let targets: [String]
    let push: any OutgoingHTTP

    private let timeoutSeconds: Int

    init(_ targets: [String], push: any OutgoingHTTP, name: String = "post", retries: RetryPolicy = .soon, timeoutSeconds: Int = 600) {
        self.timeoutSeconds = timeoutSeconds
        self.targets = targets
        self.push = push
        self.name = name
        self.retries = retries
    }

    func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        targets.map { PlannedDelivery(target: $0, payload: ["subject": .string(event.subjectID)]) }
    }

    func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(await outcome(of: delivery)) }

    private func outcome(of delivery: Delivery) async -> DeliveryOutcome {
        let request = OutgoingRequest(
            url: delivery.target, method: "POST", headers: [("X-Delivery", delivery.id)], body: JSON.object(delivery.payload).encode(),
            timeoutSeconds: timeoutSeconds, reach: .anywhere)
        do throws(OutgoingHTTPError) {
            switch try await push.send(request) {
            case 200..<300: return .delivered
            case 410: return .withdrawn
            case 400..<500: return .refused("refused")
            case let status: return .failed("status \(status)")
            }
        } catch {
            return .failed(error.reason)
        }
    }
}

extension RetryPolicy {
    static let soon = RetryPolicy(maximumAttempts: 5, base: 0, ceiling: 0)
}
