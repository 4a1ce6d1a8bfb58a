import ServiceLifecycle
import Synchronization
import TestKit
import Testing
import Voicemail
import Waiting

@testable import Delivery

/// A channel that keeps what it was given, and may be told to hang or to fail.
private final class Notebook: DeliveryChannel {
    let name = "notebook"
    let retries = RetryPolicy.soon
    private let told = Mutex<[String]>([])
    private let behaviour: @Sendable (Delivery) async -> DeliveryOutcome
    private let planning: @Sendable (Event) throws -> Void

    init(
        _ behaviour: @escaping @Sendable (Delivery) async -> DeliveryOutcome = { _ in .delivered },
        planning: @escaping @Sendable (Event) throws -> Void = { _ in }
    ) {
        self.planning = planning
        self.behaviour = behaviour
    }

    var subjects: [String] { told.withLock { $0 } }

    func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        try planning(event)
        return [PlannedDelivery(target: "t", payload: ["subject": .string(event.subjectID)])]
    }

    func attempt(_ delivery: Delivery) async -> DeliveryAttempt {
        told.withLock { $0.append(delivery.payload["subject"]?.string ?? "") }
        return DeliveryAttempt(await behaviour(delivery))
    }
}

struct OutboxDurabilityTests {
    @Test("A worker that dies in an attempt leaves the delivery to the next one, with the same id")
    func diesInAttempt() async throws {
        try await Bench.run { bench in
            try await bench.happen(["s"])
            let dying = Notebook { _ in
                // Cut off with the worker, before there is an outcome.
                try? await Task.sleep(for: .seconds(3600))
                return .failed("cut")
            }
            // A process that is killed writes nothing down, so what was claimed while the attempt went on is what the next worker finds.
            let claimed = try await bench.working([dying]) {
                try await bench.until { dying.subjects.count == 1 }
                return try #require(try await bench.deliveries().first)
            }
            let claim = try #require(claimed.claim)
            try await bench.service.store.write { try $0.update(claimed) }
            bench.clock.advance(by: claim.until.unix - bench.clock.now.unix)
            let next = Notebook()
            try await bench.working([next]) { try await bench.until { try await bench.deliveries().isEmpty } }
            #expect(next.subjects == ["s"])
        }
    }

    @Test("Planning that fails marks nothing and writes no deliveries; nothing is skipped when it works again")
    func planningFails() async throws {
        struct Trouble: Error {}
        try await Bench.run { bench in
            try await bench.happen(["a", "b", "c"])
            let isBroken = Atomic(true)
            let notebook = Notebook(planning: { event in
                if event.subjectID == "b", isBroken.load(ordering: .relaxed) { throw Trouble() }
            })
            await #expect(throws: Trouble.self) { try await bench.service.outbox.plan(over: [notebook]) }
            #expect(try await bench.deliveries().isEmpty)
            isBroken.store(false, ordering: .relaxed)
            try await bench.working([notebook]) {
                try await bench.until { notebook.subjects.count == 3 }
                try await bench.until { try await bench.deliveries().isEmpty }
            }
            #expect(notebook.subjects == ["a", "b", "c"])
        }
    }

    @Test("Workers that are cut off again and again lose nothing; what is told twice has the same id")
    func cutOffAgainAndAgain() async throws {
        let ids = Mutex<[String: Set<String>]>([:])
        try await Bench.run { bench in
            var random = SeededRandom(seed: 11)
            let subjects = (0..<60).map { "s\($0)" }
            for subject in subjects {
                try await bench.happen([subject])
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                let pause = Int.random(in: 0...8, using: &random)
                let notebook = Notebook { delivery in
                    ids.withLock { _ = $0[delivery.payload["subject"]?.string ?? "", default: []].insert(delivery.id) }
                    try? await Task.sleep(for: .milliseconds(1))
                    return Task.isCancelled ? .failed("cut") : .delivered
                }
                try await bench.working([notebook]) { try await Task.sleep(for: .milliseconds(pause)) }
                // What it could not let go of.
                bench.clock.advance(by: OutboxSettings.quick.leaseSeconds)
            }
            let last = Notebook { delivery in
                ids.withLock { _ = $0[delivery.payload["subject"]?.string ?? "", default: []].insert(delivery.id) }
                return .delivered
            }
            try await bench.working([last]) {
                try await bench.until { try await bench.deliveries(.pending).isEmpty && ids.withLock { $0.count } == 60 }
            }
            #expect(try await bench.deliveries().isEmpty)
        }
        #expect(ids.withLock { $0.values.allSatisfy { $0.count == 1 } })
    }

    @Test("Asked to stop, a worker finishes the attempt in progress and leaves the rest unclaimed")
    func stopsInOrder() async throws {
        try await Bench.run { bench in
            try await bench.happen((0..<8).map { "s\($0)" })
            let gate = Bell()
            let notebook = Notebook { _ in
                await gate.rung(within: .seconds(30))
                return .delivered
            }
            let group = ServiceGroup(
                services: [OutboxWorker(service: bench.service, channels: [notebook], settings: .quick, logger: .quiet)], logger: .quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await bench.until { notebook.subjects.count == 1 }
                await group.triggerGracefulShutdown()
                gate.ring()
                try await tasks.waitForAll()
            }
            #expect(notebook.subjects == ["s0"])
            let left = try await bench.deliveries()
            #expect(left.count == 7)
            #expect(left.allSatisfy { $0.claim == nil && $0.attempts == 0 })
        }
    }

    @Test("Housekeeping keeps events that nobody has planned for")
    func keepsUnplannedEvents() async throws {
        try await Bench.run { bench in
            try await bench.happen(["old"])
            bench.clock.advance(by: 8 * 86_400)
            try await bench.service.housekeeping.sweep()
            let notebook = Notebook()
            try await bench.working([notebook]) { try await bench.until { notebook.subjects == ["old"] } }
            try await bench.service.housekeeping.sweep()
            #expect(try await bench.service.store.read { try $0.events(after: 0, limit: 9) }.isEmpty)
        }
    }

    @Test("Dead letters are dropped after their days")
    func dropsDeadLetters() async throws {
        try await Bench.run { bench in
            try await bench.happen(["s"])
            try await bench.working([Notebook { _ in .refused("no") }]) { try await bench.until { try await bench.deliveries(.dead).count == 1 } }
            bench.clock.advance(by: 30 * 86_400)
            try await bench.service.housekeeping.sweep()
            #expect(try await bench.deliveries().count == 1)
            bench.clock.advance(by: 1)
            try await bench.service.housekeeping.sweep()
            #expect(try await bench.deliveries().isEmpty)
        }
    }
}

struct EventHubTests {
    private func event(_ subject: String) -> Event {
        Event(kind: .messageStored, accountID: "a", subjectID: subject, created: Timestamp(unix: 0))
    }

    @Test("Listeners see events from when they listen, and are forgotten when they end")
    func listens() async {
        let hub = EventHub()
        hub.publish([event("before")])
        do {
            let events = hub.events()
            #expect(hub.listeners == 1)
            hub.publish([event("a"), event("b")])
            var iterator = events.makeAsyncIterator()
            #expect(await iterator.next()?.subjectID == "a")
            #expect(await iterator.next()?.subjectID == "b")
        }
        #expect(hub.listeners == 0)
    }

    @Test("A listener that is too far behind is let go")
    func overflows() async {
        let hub = EventHub()
        let events = hub.events()
        hub.publish((0..<1025).map { event("\($0)") })
        var count = 0
        for await _ in events { count += 1 }
        #expect(count == 1024)
        #expect(hub.listeners == 0)
    }
}
