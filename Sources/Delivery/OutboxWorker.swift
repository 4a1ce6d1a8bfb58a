import Logging
import ServiceLifecycle
import Synchronization
import Voicemail
import Waiting

/// Works through the outbox, for every channel: turns committed events into deliveries, carries those out that are due, and writes
/// down what became of them.
///
/// Killed at any point it loses nothing. An event is marked planned with the deliveries it calls for, a delivery goes when its
/// receiver has taken it, and a claim of a worker that is gone runs out. A receiver may so be told twice, with the same id.
///
/// Any number of them work on one store, in one process or in many: what one has claimed the others leave alone, and what was taken over
/// from one that was too slow, it no longer writes down.
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
        /// Whether events have been committed since they were last turned into deliveries.
        let hasEvents = Atomic(true)
        let running = Atomic(0)
        let isStopping = Atomic(false)
        /// Whether the totals may have changed since they were last reported.
        let hasWorked = Atomic(true)
    }

    /// Works until the task is cancelled; when asked to stop, lets the attempts in progress finish.
    public func run() async throws {
        let progress = Progress()
        await withDiscardingTaskGroup { group in
            group.addTask {
                while await service.outbox.bell.rung() {
                    progress.hasEvents.store(true, ordering: .relaxed)
                    progress.bell.ring()
                }
            }
            await work(progress)
            group.cancelAll()
        }
    }

    private func work(_ progress: Progress) async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                var nextReport = ContinuousClock.now, nextPlan = nextReport, nextLook = nextReport
                while !Task.isCancelled, !progress.isStopping.load(ordering: .relaxed) {
                    if ContinuousClock.now >= nextLook { progress.hasEvents.store(true, ordering: .relaxed) }
                    if ContinuousClock.now >= nextPlan, progress.hasEvents.exchange(false, ordering: .relaxed) {
                        await plan(progress)
                        nextPlan = .now + settings.gap
                        nextLook = .now + settings.interval
                    }
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
                    let wake = progress.hasEvents.load(ordering: .relaxed) ? min(nextPlan, nextLook) : nextLook
                    await progress.bell.rung(within: max(.zero, wake - .now))
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
            try await service.outbox.claim(targets: targets, perTarget: settings.batch, lease: settings.leaseSeconds)
        }
        let byTarget = Dictionary(grouping: claimed ?? []) { [$0.channel, $0.target] }
        return byTarget.values.map { $0.sorted { $0.serial < $1.serial } }
    }

    /// What is left of a batch, the delivery that is being made first.
    private final class Remainder: Sendable {
        private let list: Mutex<[Delivery]>

        init(_ batch: [Delivery]) { list = Mutex(batch) }

        var deliveries: [Delivery] { list.withLock { $0 } }

        func removeFirst() { list.withLock { _ = $0.removeFirst() } }
    }

    /// Tells one target one thing after the other, and holds what is told and what is still to be told for as long as that takes.
    private func carryOut(_ batch: [Delivery], _ progress: Progress) async {
        let remainder = Remainder(batch)
        await withDiscardingTaskGroup { group in
            group.addTask { await keep(remainder) }
            await tell(remainder, progress)
            group.cancelAll()
        }
    }

    /// Renews the claims long before they run out, until it is cancelled.
    private func keep(_ remainder: Remainder) async {
        while (try? await Task.sleep(for: .seconds(settings.leaseSeconds) / 3)) != nil {
            await orLog("claims could not be renewed") {
                try await service.outbox.renew(remainder.deliveries, lease: settings.leaseSeconds)
            }
        }
    }

    private func tell(_ remainder: Remainder, _ progress: Progress) async {
        while true {
            let deliveries = remainder.deliveries
            guard let next = deliveries.first else { return }
            let isAskedToStop = progress.isStopping.load(ordering: .relaxed) || Task.isCancelled
            guard !isAskedToStop, await holds(deliveries) else { return await letGo(of: deliveries) }
            // Later ones do not overtake one of which it is not known how it stands: its claim stays until it runs out.
            guard await attempt(next) else { return await letGo(of: Array(deliveries.dropFirst())) }
            remainder.removeFirst()
        }
    }

    /// Whether none of some deliveries was taken over or dropped; they are held for an attempt then.
    private func holds(_ deliveries: [Delivery]) async -> Bool {
        await orLog("claims could not be looked at") {
            // Mostly they last, and looking costs no write.
            if try await service.outbox.areHeld(deliveries, for: settings.leaseSeconds / 2) { return true }
            return try await service.outbox.renew(deliveries, lease: settings.leaseSeconds)
        } ?? false
    }

    private func letGo(of deliveries: [Delivery]) async {
        await orLog("claims stay until they run out") { try await service.outbox.unclaim(deliveries) }
    }

    /// - Returns: whether its outcome was written down.
    private func attempt(_ delivery: Delivery) async -> Bool {
        let outcome: DeliveryOutcome
        let retries: RetryPolicy
        let began = ContinuousClock.now
        if let channel = channels[delivery.channel] {
            outcome = await channel.deliver(delivery)
            retries = channel.retries
        } else {
            outcome = .refused("nothing carries \(delivery.channel) any more")
            retries = RetryPolicy(maximumAttempts: 1, base: 0, ceiling: 0)
        }
        let settlement = await orLog("the outcome of a delivery could not be written down: it will be made again") {
            try await service.outbox.settle(delivery, outcome, by: channels[delivery.channel], retries: retries, jitter: Double.random(in: 0...1))
        }
        guard let settlement else { return false }
        instruments.attempted(delivery.channel, Self.result(outcome, settlement), (ContinuousClock.now - began) / .seconds(1))
        report(delivery, settlement)
        return settlement != .lost
    }

    private static func result(_ outcome: DeliveryOutcome, _ settlement: Settlement) -> OutboxInstruments.Result {
        switch settlement {
        case .over: outcome == .withdrawn ? .withdrawn : .delivered
        case .left(let delivery): delivery.state == .dead ? .dead : .failed
        case .lost: .lost
        }
    }

    private func report(_ delivery: Delivery, _ settlement: Settlement) {
        let metadata: Logger.Metadata = [
            "delivery": "\(delivery.id)", "channel": "\(delivery.channel)", "attempts": "\(delivery.attempts + 1)",
        ]
        switch settlement {
        case .over: logger.debug("delivered", metadata: metadata)
        case .lost: logger.warning("delivery taken over or dropped during its attempt", metadata: metadata)
        case .left(let left):
            let reason = metadata.merging(["reason": "\(left.failure)"]) { $1 }
            if left.state == .dead {
                logger.warning("delivery given up", metadata: reason)
            } else {
                logger.info("delivery postponed", metadata: reason)
            }
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
