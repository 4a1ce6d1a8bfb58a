import Logging
import ServiceLifecycle
import Synchronization
import Voicemail
import Waiting

/// How the outbox is worked through.
public struct OutboxSettings: Sendable, Hashable {
    /// Targets that are told at once.
    public var concurrency: Int
    /// Deliveries of one target that are taken at a time.
    public var batch: Int
    /// Between looks for new events and due deliveries.
    public var interval: Duration
    /// Between reports of how many deliveries wait.
    public var reportInterval: Duration

    public init(
        concurrency: Int = 16, batch: Int = 8, interval: Duration = .milliseconds(250), reportInterval: Duration = .seconds(5)
    ) {
        self.reportInterval = reportInterval
        self.concurrency = concurrency
        self.batch = batch
        self.interval = interval
    }
}

/// What others may count of the outbox's work.
public struct OutboxInstruments: Sendable {
    public enum Result: String, Sendable, CaseIterable {
        case delivered, withdrawn, failed, dead
    }

    /// After each attempt: its channel, what became of the delivery, and the seconds it took.
    public var attempted: @Sendable (_ channel: String, _ result: Result, _ seconds: Double) -> Void
    /// Now and then: how many wait and how many were given up.
    public var totals: @Sendable (DeliveryTotals) -> Void

    public init(
        attempted: @escaping @Sendable (String, Result, Double) -> Void = { _, _, _ in },
        totals: @escaping @Sendable (DeliveryTotals) -> Void = { _ in }
    ) {
        self.attempted = attempted
        self.totals = totals
    }
}

/// Works through the outbox, for every channel: turns committed events into deliveries, carries those out that are due, and writes
/// down what became of them.
///
/// Killed at any point it loses nothing. The cursor moves with the deliveries it stands for, a delivery goes when its
/// receiver has taken it, and a claim of a worker that is gone is released or runs out. A receiver may so be told twice, with the
/// same id.
public struct OutboxWorker: Service {
    private let service: VoicemailService
    private let channels: [String: any DeliveryChannel]
    private let ordered: [any DeliveryChannel]
    private let hub: EventHub
    private let settings: OutboxSettings
    private let instruments: OutboxInstruments
    private let logger: Logger

    public init(
        service: VoicemailService, channels: [any DeliveryChannel], hub: EventHub = EventHub(), settings: OutboxSettings = OutboxSettings(),
        instruments: OutboxInstruments = OutboxInstruments(), logger: Logger = Logger(label: "aftertone.outbox")
    ) {
        self.instruments = instruments
        self.service = service
        ordered = channels
        self.channels = Dictionary(channels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.hub = hub
        self.settings = settings
        self.logger = logger
    }

    /// What the loop and its batches share.
    private final class Progress: Sendable {
        let bell = Bell()
        let running = Atomic(0)
        let isStopping = Atomic(false)
        /// Whether the totals may have changed since they were last reported.
        let hasWorked = Atomic(true)
    }

    /// Works until the task is cancelled; when asked to stop, lets the attempts in progress finish.
    public func run() async throws {
        let progress = Progress()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                await orLog("claims of an earlier run stay until they run out") { try await service.outbox.releaseClaims() }
                var nextReport = ContinuousClock.now
                while !Task.isCancelled, !progress.isStopping.load(ordering: .relaxed) {
                    await plan(progress)
                    let free = settings.concurrency - progress.running.load(ordering: .relaxed)
                    for batch in await claim(free) {
                        progress.running.add(1, ordering: .relaxed)
                        group.addTask {
                            await carryOut(batch, progress)
                            progress.hasWorked.store(true, ordering: .relaxed)
                            progress.running.subtract(1, ordering: .relaxed)
                            progress.bell.ring()
                        }
                    }
                    if progress.hasWorked.exchange(false, ordering: .relaxed) || ContinuousClock.now >= nextReport {
                        await orLog("deliveries could not be counted") { instruments.totals(try await service.outbox.totals()) }
                        nextReport = .now + settings.reportInterval
                    }
                    await progress.bell.rung(within: settings.interval)
                }
            }
        } onGracefulShutdown: {
            progress.isStopping.store(true, ordering: .relaxed)
            progress.bell.ring()
        }
    }

    private func plan(_ progress: Progress) async {
        await orLog("events could not be turned into deliveries") {
            while true {
                let events = try await service.outbox.plan(over: ordered)
                hub.publish(events)
                if events.isEmpty { return }
                progress.hasWorked.store(true, ordering: .relaxed)
            }
        }
    }

    /// Deliveries by target.
    private func claim(_ targets: Int) async -> [[Delivery]] {
        guard targets > 0 else { return [] }
        let claimed = await orLog("due deliveries could not be claimed") {
            try await service.outbox.claim(targets: targets, perTarget: settings.batch, seconds: claimSeconds)
        }
        let byTarget = Dictionary(grouping: claimed ?? []) { [$0.channel, $0.target] }
        return byTarget.values.map { $0.sorted { $0.serial < $1.serial } }
    }

    /// Longer than a whole batch can take.
    private var claimSeconds: Int {
        60 + settings.batch * (ordered.map(\.retries.attemptSeconds).max() ?? 0)
    }

    private func carryOut(_ batch: [Delivery], _ progress: Progress) async {
        for (index, delivery) in batch.enumerated() {
            if progress.isStopping.load(ordering: .relaxed) || Task.isCancelled {
                await orLog("claims stay until they run out") { try await service.outbox.unclaim(Array(batch[index...])) }
                return
            }
            await attempt(delivery)
        }
    }

    private func attempt(_ delivery: Delivery) async {
        let outcome: DeliveryOutcome
        let retries: RetryPolicy
        let began = ContinuousClock.now
        if let channel = channels[delivery.channel] {
            outcome = await channel.deliver(delivery)
            retries = channel.retries
        } else {
            outcome = .refused("nothing carries \(delivery.channel) any more")
            retries = RetryPolicy(maximumAttempts: 1, base: 0, ceiling: 0, attemptSeconds: 0)
        }
        await orLog("the outcome of a delivery could not be written down: it will be made again") {
            let left = try await service.outbox.settle(delivery, outcome, retries: retries, jitter: Double.random(in: 0...1))
            instruments.attempted(delivery.channel, Self.result(outcome, left), (ContinuousClock.now - began) / .seconds(1))
            report(delivery, left)
        }
    }

    private static func result(_ outcome: DeliveryOutcome, _ left: Delivery?) -> OutboxInstruments.Result {
        guard let left else { return outcome == .withdrawn ? .withdrawn : .delivered }
        return left.state == .dead ? .dead : .failed
    }

    private func report(_ delivery: Delivery, _ left: Delivery?) {
        let metadata: Logger.Metadata = [
            "delivery": "\(delivery.id)", "channel": "\(delivery.channel)", "attempts": "\(delivery.attempts + 1)",
        ]
        guard let left else { return logger.debug("delivered", metadata: metadata) }
        let reason: Logger.Metadata = ["reason": "\(left.failure)"]
        if left.state == .dead {
            logger.warning("delivery given up", metadata: metadata.merging(reason) { $1 })
        } else {
            logger.info("delivery postponed", metadata: metadata.merging(reason) { $1 })
        }
    }

    /// Trouble with the store is logged and met again at the next turn: the worker outlives it.
    @discardableResult
    private func orLog<Value: Sendable>(_ consequence: String, _ body: () async throws -> Value) async -> Value? {
        do {
            return try await body()
        } catch {
            logger.error("\(consequence)", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
