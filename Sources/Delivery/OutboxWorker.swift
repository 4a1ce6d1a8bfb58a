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
    let service: VoicemailService
    let channels: [String: any DeliveryChannel]
    private let ordered: [any DeliveryChannel]
    private let hub: EventHub
    let destinations: DestinationRecord
    let settings: OutboxSettings
    let instruments: OutboxInstruments
    let logger: Logger

    public init(
        service: VoicemailService, channels: [any DeliveryChannel], hub: EventHub = EventHub(), settings: OutboxSettings = OutboxSettings(),
        instruments: OutboxInstruments = OutboxInstruments(), logger: Logger = Logger(label: "aftertone.outbox")
    ) {
        self.instruments = instruments
        self.service = service
        ordered = channels
        self.channels = Dictionary(channels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        destinations = DestinationRecord(settings, channels: self.channels)
        self.hub = hub
        self.settings = settings
        self.logger = logger
    }

    /// What the loops and the batches share.
    final class Progress: Sendable {
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
            // Few events are those of a moment: what comes meanwhile shares the next turn.
            var isMore = true
            while isMore, !progress.isOver { isMore = await plan(progress) }
            try? await Task.sleep(for: settings.gap)
            await progress.planBell.rung(within: max(.zero, nextLook - .now))
        }
    }

    /// - Returns: whether more events are likely to wait.
    private func plan(_ progress: Progress) async -> Bool {
        let planned = await orLog("events could not be turned into deliveries") {
            try await service.outbox.plan(over: ordered, limit: Self.eventsTogether).count
        }
        guard let planned, planned > 0 else { return false }
        hub.ring()
        progress.hasWorked.store(true, ordering: .relaxed)
        progress.bell.ring()
        return planned == Self.eventsTogether
    }

    /// Events that become deliveries in one transaction.
    private static let eventsTogether = 100

    private func claim() async -> [DeliveryBatch] {
        let gate = destinations.gate()
        guard gate.room > 0 else { return [] }
        let claimed = await orLog("due deliveries could not be claimed") {
            try await service.outbox.claim(targets: gate.room, perTarget: settings.batch, lease: settings.leaseSeconds, through: gate)
        }
        return DeliveryBatch.split(claimed ?? [], through: gate)
    }

    /// Trouble with the store is logged and met again at the next turn: the worker outlives it.
    @discardableResult
    func orLog<Value: Sendable>(_ consequence: String, _ body: () async throws -> Value) async -> Value? {
        do {
            return try await body()
        } catch {
            logger.error("\(consequence)", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
