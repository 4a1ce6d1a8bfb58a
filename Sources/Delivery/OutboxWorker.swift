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

    /// What the loops and the batches share.
    private final class Progress: Sendable {
        /// Rung when something may be due.
        let bell = Bell()
        /// Rung when there may be events to turn into deliveries.
        let planBell = Bell()
        let isStopping = Atomic(false)
        /// Whether the totals may have changed since they were last reported.
        let hasWorked = Atomic(true)

        var isOver: Bool { isStopping.load(ordering: .relaxed) || Task.isCancelled }
    }

    /// Works until the task is cancelled; when asked to stop, lets the attempts in progress finish.
    public func run() async throws {
        let progress = Progress()
        await withDiscardingTaskGroup { group in
            group.addTask {
                while await service.outbox.bell.rung() { progress.planBell.ring() }
            }
            await work(progress)
            group.cancelAll()
        }
    }

    private func work(_ progress: Progress) async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                // Beside the telling, so that neither waits for the other's commits.
                group.addTask { await planAll(progress) }
                var nextReport = ContinuousClock.now
                while !progress.isOver {
                    let nextLook = ContinuousClock.now + settings.interval
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
                    await progress.bell.rung(within: max(.zero, nextLook - .now))
                }
            }
        } onGracefulShutdown: {
            progress.isStopping.store(true, ordering: .relaxed)
            progress.bell.ring()
            progress.planBell.ring()
        }
    }

    /// Turns events into deliveries as they come, and looks now and then for those that came without a bell.
    private func planAll(_ progress: Progress) async {
        while !progress.isOver {
            let nextLook = ContinuousClock.now + settings.interval
            var isAny = true
            while isAny, !progress.isOver {
                isAny =
                    await orLog("events could not be turned into deliveries") {
                        let events = try await service.outbox.plan(over: ordered)
                        hub.publish(events)
                        return !events.isEmpty
                    } ?? false
                guard isAny else { break }
                progress.hasWorked.store(true, ordering: .relaxed)
                progress.bell.ring()
            }
            try? await Task.sleep(for: settings.gap)
            await progress.planBell.rung(within: max(.zero, nextLook - .now))
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

    /// Tells one target one thing after the other, and holds what is told and what is still to be told for as long as that takes.
    private func carryOut(_ batch: Batch, _ number: Int, _ progress: Progress) async {
        let state = BatchState(batch.deliveries)
        await withDiscardingTaskGroup { group in
            group.addTask { await keep(state) }
            group.addTask {
                while (try? await Task.sleep(for: Self.longestUnwritten)) != nil { await writeDown(state) }
            }
            if await giveUpOverdue(state) { await tell(state, batch.destination, number, progress) }
            group.cancelAll()
        }
    }

    /// - Returns: whether it is known how the batch stands.
    private func giveUpOverdue(_ state: BatchState) async -> Bool {
        let deliveries = state.left
        guard let first = deliveries.first, let channel = channels[first.channel] else { return true }
        let overdue = deliveries.filter { $0.isOverdue(channel.deadlineSeconds, at: service.clock.now) }
        guard !overdue.isEmpty else { return true }
        let isDone: Void? = await orLog("deliveries whose time has passed could not be given up") {
            try await service.outbox.giveUpOverdue(overdue, by: channel)
        }
        guard isDone != nil else { return false }
        state.remove(Set(overdue.map(\.id)))
        logger.warning(
            "deliveries given up whose time has passed", metadata: ["channel": "\(first.channel)", "target": "\(first.target)", "count": "\(overdue.count)"])
        return true
    }

    /// Renews the claims long before they run out, until it is cancelled.
    private func keep(_ state: BatchState) async {
        while (try? await Task.sleep(for: .seconds(settings.leaseSeconds) / 3)) != nil {
            await orLog("claims could not be renewed") { try await service.outbox.renew(state.left, lease: settings.leaseSeconds) }
        }
    }

    private func tell(_ state: BatchState, _ destination: String, _ number: Int, _ progress: Progress) async {
        while let next = state.left.first {
            guard !progress.isOver, await holds(next, of: state) else { break }
            destinations.goOn(number, at: destination)
            let continuation = await attempt(next, state, destination)
            state.removeFirst()
            if continuation == .stop { break }
        }
        await writeDown(state)
        await letGo(of: state.left)
    }

    /// Whether a delivery was neither taken over nor dropped; it is held for an attempt then, and so is what comes behind it.
    private func holds(_ delivery: Delivery, of state: BatchState) async -> Bool {
        await orLog("claims could not be looked at") {
            // Mostly they last, and looking costs no write.
            if try await service.outbox.areHeld([delivery], for: settings.leaseSeconds / 2) { return true }
            return try await service.outbox.renew(state.left, lease: settings.leaseSeconds)
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

    private func attempt(_ delivery: Delivery, _ state: BatchState, _ destination: String) async -> Continuation {
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
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let isLeftAlone = note(outcome, seconds: seconds, at: destination)
        switch outcome {
        case .delivered, .withdrawn:
            // Nothing behind it waits for that.
            state.add(BatchState.Ended(delivery: delivery, end: outcome == .delivered ? .delivered : .withdrawn, seconds: seconds))
            return .goOn
        case .failed, .failedUnder, .unreachable, .notYet, .refused: break
        }
        // Later ones do not overtake one of which it is not known how it stands: its claim stays until it runs out.
        let settlement = await orLog("the outcome of a delivery could not be written down: it will be made again") {
            try await service.outbox.settle(delivery, outcome, by: channels[delivery.channel], retries: retries, jitter: Double.random(in: 0...1))
        }
        guard let settlement else { return .stop }
        // The ones behind one that was not tried do not overtake it.
        if case .notYet = outcome { return .stop }
        instruments.attempted(delivery.channel, Self.result(of: settlement), seconds)
        report(delivery, settlement)
        return settlement == .lost || isLeftAlone ? .stop : .goOn
    }

    /// How long it is not written down at most that a receiver has been told, so that several share a commit. A process that is killed before
    /// tells them once more.
    private static let longestUnwritten = Duration.milliseconds(50)

    private func writeDown(_ state: BatchState) async {
        let ended = state.takeEnded()
        guard let first = ended.first else { return }
        // Whoever is cut off has told them all the same.
        let settlements = await Task {
            await orLog("outcomes of deliveries could not be written down: they will be made again") {
                try await service.outbox.settle(ended.map { ($0.delivery, $0.end) }, by: channels[first.delivery.channel])
            }
        }.value
        for (each, settlement) in zip(ended, settlements ?? []) {
            let result: OutboxInstruments.Result = settlement == .lost ? .lost : each.end == .withdrawn ? .withdrawn : .delivered
            instruments.attempted(each.delivery.channel, result, each.seconds)
            report(each.delivery, settlement)
        }
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

    private static func result(of settlement: Settlement) -> OutboxInstruments.Result {
        switch settlement {
        case .over: .delivered
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
