import Synchronization
import Testing
import Voicemail
import Waiting

@testable import Delivery

/// What several workers told, and how they kept out of each other's way.
private final class Ledger: Sendable {
    struct Telling: Sendable {
        let worker: String
        let delivery: Delivery

        var subject: String { delivery.payload["subject"]?.string ?? "" }
    }

    private struct Pages {
        var tellings: [Telling] = []
        var inProgress: Set<String> = []
        var hasOverlapped = false
    }

    private let pages = Mutex(Pages())

    var tellings: [Telling] { pages.withLock { $0.tellings } }
    var hasOverlapped: Bool { pages.withLock { $0.hasOverlapped } }

    func begin(_ worker: String, _ delivery: Delivery) {
        pages.withLock {
            $0.tellings.append(Telling(worker: worker, delivery: delivery))
            if !$0.inProgress.insert(delivery.target).inserted { $0.hasOverlapped = true }
        }
    }

    func end(_ delivery: Delivery) { pages.withLock { _ = $0.inProgress.remove(delivery.target) } }
}

/// One worker's way of telling some targets.
private struct Clerk: DeliveryChannel {
    let name = "clerk"
    let retries = RetryPolicy.soon
    let worker: String
    let ledger: Ledger
    var targets = ["t"]
    var answer: @Sendable (Delivery) async -> DeliveryOutcome = { _ in .delivered }

    func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        targets.map { PlannedDelivery(target: $0, payload: ["subject": .string(event.subjectID)]) }
    }

    func attempt(_ delivery: Delivery) async -> DeliveryAttempt {
        ledger.begin(worker, delivery)
        let outcome = await answer(delivery)
        ledger.end(delivery)
        return DeliveryAttempt(outcome)
    }
}

struct ManyWorkersTests {
    private static let lease = OutboxSettings.quick.leaseSeconds

    @Test("Two workers on one database tell every target each thing once and in order, one at a time")
    func share() async throws {
        let subjects = (0..<80).map { "s\($0)" }, targets = ["t", "u", "v"]
        let ledger = Ledger()
        try await Bench.run { bench in
            try await bench.beside { other in
                // One target each at a time, so that neither tells all.
                let settings = OutboxSettings(concurrency: 1, interval: .milliseconds(5))
                let clerks = ["one", "two"].map { worker in
                    Clerk(worker: worker, ledger: ledger, targets: targets) { _ in
                        // Nobody goes on before both have begun.
                        try? await bench.until { Set(ledger.tellings.map(\.worker)).count == 2 }
                        return .delivered
                    }
                }
                try await bench.happen(Array(subjects[..<40]))
                try await bench.working([clerks[0]], settings: settings) {
                    try await other.working([clerks[1]], settings: settings) {
                        for subject in subjects[40...] { try await [bench, other].randomElement()?.happen([subject]) }
                        try await bench.until { ledger.tellings.count >= subjects.count * targets.count }
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
        for target in targets {
            #expect(ledger.tellings.filter { $0.delivery.target == target }.map(\.subject) == subjects)
        }
        #expect(Set(ledger.tellings.map(\.delivery.id)).count == subjects.count * targets.count)
        #expect(Set(ledger.tellings.map(\.worker)) == ["one", "two"])
        #expect(!ledger.hasOverlapped)
    }

    @Test("What a worker never finishes another takes over after the lease, with the same id; what the first writes down late is void")
    func takesOver() async throws {
        let ledger = Ledger(), gate = Bell(), looks = Atomic(0), lost = Atomic(0)
        try await Bench.run { bench in
            try await bench.beside { other in
                try await bench.happen(["a", "b"])
                let slow = Clerk(worker: "slow", ledger: ledger) { _ in
                    await gate.rung(within: .seconds(60))
                    return .delivered
                }
                let next = Clerk(worker: "next", ledger: ledger) { _ in .refused("told by the next") }
                let slowCounts = OutboxInstruments(attempted: { _, result, _ in if result == .lost { lost.add(1, ordering: .relaxed) } })
                // It reports after each look at what is due.
                let settings = OutboxSettings(interval: .milliseconds(5), reportInterval: .zero)
                let nextCounts = OutboxInstruments(totals: { _ in looks.add(1, ordering: .relaxed) })
                // It has no place free for what it lost, which it would claim anew.
                let onePlace = OutboxSettings(concurrency: 1, interval: .milliseconds(5))
                try await bench.working([slow], settings: onePlace, instruments: slowCounts) {
                    try await bench.until { ledger.tellings.count == 1 }
                    bench.clock.advance(by: Self.lease - 1)
                    try await other.working([next], settings: settings, instruments: nextCounts) {
                        try await bench.until { looks.load(ordering: .relaxed) >= 2 }
                        #expect(ledger.tellings.map(\.worker) == ["slow"])
                        bench.clock.advance(by: 1)
                        try await bench.until { try await bench.deliveries(.dead).count == 2 }
                        gate.ring()
                        try await bench.until { lost.load(ordering: .relaxed) == 1 }
                    }
                }
                let left = try await bench.deliveries()
                #expect(left.map(\.failure) == ["told by the next", "told by the next"])
                #expect(left.allSatisfy { $0.state == .dead && $0.attempts == 1 && $0.claim == nil })
            }
        }
        #expect(ledger.tellings.map(\.worker) == ["slow", "next", "next"])
        #expect(ledger.tellings.map(\.subject) == ["a", "a", "b"])
        #expect(ledger.tellings[0].delivery.id == ledger.tellings[1].delivery.id)
    }

    @Test("A worker slower than one lease keeps the rest of its batch by renewing")
    func renews() async throws {
        let subjects = (0..<6).map { "s\($0)" }
        let ledger = Ledger(), looks = Atomic(0)
        try await Bench.run { bench in
            try await bench.beside { other in
                try await bench.happen(subjects)
                let settings = OutboxSettings(interval: .milliseconds(5), reportInterval: .zero)
                let counts = OutboxInstruments(totals: { _ in looks.add(1, ordering: .relaxed) })
                let steady = Clerk(worker: "steady", ledger: ledger) { _ in
                    bench.clock.advance(by: Self.lease / 3)
                    // The other has looked since.
                    let before = looks.load(ordering: .relaxed)
                    try? await bench.until { looks.load(ordering: .relaxed) >= before + 2 }
                    return .delivered
                }
                try await bench.working([steady]) {
                    try await bench.until { ledger.tellings.count == 1 }
                    try await other.working([Clerk(worker: "idle", ledger: ledger)], settings: settings, instruments: counts) {
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
        #expect(ledger.tellings.map(\.subject) == subjects)
        #expect(Set(ledger.tellings.map(\.worker)) == ["steady"])
    }

    @Test("However long one attempt takes, nobody else tells its target anything")
    func keeps() async throws {
        let ledger = Ledger(), looks = Atomic(0)
        try await Bench.run { bench in
            try await bench.beside { other in
                try await bench.happen(["a", "b"])
                let settings = OutboxSettings(leaseSeconds: 2, interval: .milliseconds(5), reportInterval: .zero)
                let counts = OutboxInstruments(totals: { _ in looks.add(1, ordering: .relaxed) })
                let patient = Clerk(worker: "patient", ledger: ledger) { delivery in
                    for _ in 0..<3 {
                        bench.clock.advance(by: 1)
                        let renewed = bench.clock.now.advanced(by: 2), before = looks.load(ordering: .relaxed)
                        try? await bench.until { try await bench.service.outbox.find(delivery.id).claim?.until == renewed }
                        try? await bench.until { looks.load(ordering: .relaxed) >= before + 2 }
                    }
                    return .delivered
                }
                try await bench.working([patient], settings: settings) {
                    try await bench.until { ledger.tellings.count == 1 }
                    try await other.working([Clerk(worker: "idle", ledger: ledger)], settings: settings, instruments: counts) {
                        try await bench.until { try await bench.deliveries().isEmpty }
                    }
                }
            }
        }
        #expect(ledger.tellings.map(\.subject) == ["a", "b"])
        #expect(ledger.tellings.map(\.worker) == ["patient", "patient"])
        #expect(!ledger.hasOverlapped)
    }

    @Test("What an administrator has tried again during an attempt is tried anew, with all its attempts")
    func retriedMeanwhile() async throws {
        try await Bench.run { bench in
            try await bench.happen(["a"])
            let outbox = bench.service.outbox
            _ = try await outbox.plan(over: [Clerk(worker: "", ledger: Ledger())])
            let held = try await outbox.claim(targets: 1, perTarget: 1, lease: 10)[0]
            _ = try await outbox.retry(held.id)
            #expect(try await outbox.settle(held, DeliveryAttempt(.refused("late")), by: nil, retries: .soon, jitter: 0) == .lost)
            let again = try await outbox.claim(targets: 1, perTarget: 1, lease: 10)
            #expect(again.map(\.id) == [held.id])
            #expect(again.map(\.attempts) == [0])
        }
    }

    @Test("A claim that has run out is not renewed, even if nobody has taken the delivery over")
    func ranOut() async throws {
        try await Bench.run { bench in
            try await bench.happen(["a"])
            let outbox = bench.service.outbox
            _ = try await outbox.plan(over: [Clerk(worker: "", ledger: Ledger())])
            let held = try await outbox.claim(targets: 1, perTarget: 1, lease: 10)
            bench.clock.advance(by: 10)
            #expect(try await !outbox.renew(held, lease: 10))
            #expect(try await !outbox.areHeld(held, for: 0))
        }
    }

    @Test("A batch of which one delivery is no longer held is let go of whole")
    func letsGo() async throws {
        try await Bench.run { bench in
            try await bench.happen(["a", "b", "c"])
            let outbox = bench.service.outbox
            _ = try await outbox.plan(over: [Clerk(worker: "", ledger: Ledger())])
            let held = try await outbox.claim(targets: 1, perTarget: 9, lease: 10)
            #expect(try await outbox.areHeld(held, for: 9))
            #expect(try await !outbox.areHeld(held, for: 10))
            #expect(try await outbox.renew(held, lease: 20))
            let renewed = try await bench.deliveries()
            #expect(renewed.map(\.claim) == held.map { $0.claim.map { .init(holder: $0.holder, until: bench.clock.now.advanced(by: 20)) } })
            try await outbox.drop(renewed[1].id)
            #expect(try await !outbox.areHeld(renewed, for: 0))
            #expect(try await !outbox.renew(renewed, lease: 30))
            try await outbox.unclaim(renewed)
            #expect(try await bench.deliveries().allSatisfy { $0.claim == nil })
            #expect(try await outbox.settle(renewed[0], DeliveryAttempt(.delivered), by: nil, retries: .soon, jitter: 0) == .lost)
            #expect(try await bench.deliveries().count == 2)
        }
    }
}
