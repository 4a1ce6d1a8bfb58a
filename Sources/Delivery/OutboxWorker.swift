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
    private let destinations: Destinations
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
        destinations = Destinations(settings, channels: self.channels)
        self.hub = hub
        self.settings = settings
        self.logger = logger
    }

    /// What the loop and its batches share.
    private final class Progress: Sendable {
        let bell = Bell()
        /// Whether events have been committed since they were last turned into deliveries.
        let hasEvents = Atomic(true)
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
                    for batch in await claim() {
                        let number = destinations.begin(batch.destination)
                        group.addTask {
                            await carryOut(batch, number, progress)
                            progress.hasWorked.store(true, ordering: .relaxed)
                            destinations.end(number, at: batch.destination)
                            progress.bell.ring()
                        }
                    }
                    if progress.hasWorked.exchange(false, ordering: .relaxed) || ContinuousClock.now >= nextReport {
                        await orLog("deliveries could not be counted") {
                            instruments.totals(try await service.outbox.totals())
                            instruments.resting(destinations.resting)
                        }
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

    /// What one target is to be told, in order.
    private struct Batch: Sendable {
        let deliveries: [Delivery]
        let destination: String
    }

    private func claim() async -> [Batch] {
        let gate = destinations.gate()
        guard gate.room > 0 else { return [] }
        let claimed = await orLog("due deliveries could not be claimed") {
            try await service.outbox.claim(targets: gate.room, perTarget: settings.batch, lease: settings.leaseSeconds, through: gate)
        }
        let byTarget = Dictionary(grouping: claimed ?? []) { [$0.channel, $0.target] }
        return byTarget.values.map { deliveries in
            let inOrder = deliveries.sorted { $0.serial < $1.serial }
            return Batch(deliveries: inOrder, destination: inOrder.first.map { destinations.name($0.channel, $0.target) } ?? "")
        }
    }

    /// What is left of a batch, the delivery that is being made first.
    private final class Remainder: Sendable {
        private let list: Mutex<[Delivery]>

        init(_ batch: [Delivery]) { list = Mutex(batch) }

        var deliveries: [Delivery] { list.withLock { $0 } }

        func removeFirst() { list.withLock { _ = $0.removeFirst() } }
        func remove(_ ids: Set<String>) { list.withLock { $0.removeAll { ids.contains($0.id) } } }
    }

    /// Tells one target one thing after the other, and holds what is told and what is still to be told for as long as that takes.
    private func carryOut(_ batch: Batch, _ number: Int, _ progress: Progress) async {
        let remainder = Remainder(batch.deliveries)
        await withDiscardingTaskGroup { group in
            group.addTask { await keep(remainder) }
            if await giveUpOverdue(remainder) { await tell(remainder, batch.destination, number, progress) }
            group.cancelAll()
        }
    }

    /// - Returns: whether it is known how the batch stands.
    private func giveUpOverdue(_ remainder: Remainder) async -> Bool {
        let deliveries = remainder.deliveries
        guard let first = deliveries.first, let channel = channels[first.channel] else { return true }
        let overdue = deliveries.filter { $0.isOverdue(channel.deadlineSeconds, at: service.clock.now) }
        guard !overdue.isEmpty else { return true }
        let isDone: Void? = await orLog("deliveries whose time has passed could not be given up") {
            try await service.outbox.giveUpOverdue(overdue, by: channel)
        }
        guard isDone != nil else { return false }
        remainder.remove(Set(overdue.map(\.id)))
        logger.warning(
            "deliveries given up whose time has passed", metadata: ["channel": "\(first.channel)", "target": "\(first.target)", "count": "\(overdue.count)"])
        return true
    }

    /// Renews the claims long before they run out, until it is cancelled.
    private func keep(_ remainder: Remainder) async {
        while (try? await Task.sleep(for: .seconds(settings.leaseSeconds) / 3)) != nil {
            await orLog("claims could not be renewed") {
                try await service.outbox.renew(remainder.deliveries, lease: settings.leaseSeconds)
            }
        }
    }

    private func tell(_ remainder: Remainder, _ destination: String, _ number: Int, _ progress: Progress) async {
        while true {
            let deliveries = remainder.deliveries
            guard let next = deliveries.first else { return }
            let isAskedToStop = progress.isStopping.load(ordering: .relaxed) || Task.isCancelled
            guard !isAskedToStop, await holds(deliveries) else { return await letGo(of: deliveries) }
            // Later ones do not overtake one of which it is not known how it stands: its claim stays until it runs out.
            destinations.goOn(number, at: destination)
            switch await attempt(next, destination) {
            case .goOn: remainder.removeFirst()
            case .stop: return await letGo(of: Array(deliveries.dropFirst()))
            }
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

    private enum Continuation {
        case goOn
        /// Nothing more of the batch is told.
        case stop
    }

    private func attempt(_ delivery: Delivery, _ destination: String) async -> Continuation {
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
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let isLeftAlone = note(outcome, seconds: seconds, at: destination)
        guard let settlement else { return .stop }
        if case .notYet = outcome {
            // The ones behind it do not overtake it.
            return .stop
        }
        instruments.attempted(delivery.channel, Self.result(outcome, settlement), seconds)
        report(delivery, settlement)
        return settlement == .lost || isLeftAlone ? .stop : .goOn
    }

    /// - Returns: whether the destination is left alone for a while.
    private func note(_ outcome: DeliveryOutcome, seconds: Double, at destination: String) -> Bool {
        let finding: Destinations.Finding =
            switch outcome {
            case .unreachable: .unreachable
            case .notYet, .withdrawn: .nothing
            case .delivered, .failed, .failedUnder, .refused: .answered
            }
        guard let pause = destinations.note(finding, seconds: seconds, at: destination) else { return false }
        logger.warning(
            "nobody answers there: it is left alone for a while", metadata: ["destination": "\(destination)", "seconds": "\(pause / .seconds(1))"])
        return true
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
