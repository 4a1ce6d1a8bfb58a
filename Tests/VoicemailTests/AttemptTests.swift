import NIOPosix
import TestKit
import Testing
import Voicemail

/// What is kept of attempts to tell a receiver, written down with what came of them.
struct AttemptTests {
    /// Tells one receiver of each new mailbox.
    private struct Channel: DeliveryChannel {
        let name = "test"
        let retries = RetryPolicy(maximumAttempts: 3, base: 1, ceiling: 1)

        func plan(_ event: Event, _: any StoreReader) throws -> [PlannedDelivery] {
            event.kind == .documentCreated ? [PlannedDelivery(target: event.subjectID, payload: [:])] : []
        }

        func attempt(_: Delivery) async -> DeliveryAttempt { DeliveryAttempt(.delivered) }
    }

    private static let channel = Channel()

    /// Deliveries that are claimed, one for each new mailbox.
    private func claimed(_ count: Int, _ world: MemoryWorld) async throws -> [Delivery] {
        for number in 0..<count { _ = try await world.makeMailbox(String(1000 + number)) }
        _ = try await world.service.outbox.plan(over: [Self.channel])
        let claimed = try await world.service.outbox.claim(targets: 1000, perTarget: 9, lease: 60)
        return Array(claimed.suffix(count))
    }

    /// Of the account itself where nobody else is named: a receiver that is there.
    private func record(_ status: Int?, of receiver: String? = nil, _ world: MemoryWorld) -> AttemptRecord {
        AttemptRecord(
            receiverID: receiver ?? world.account.id, accountID: world.account.id, made: world.clock.now, status: status, isSuccess: status == 200)
    }

    private func statuses(of receiver: String? = nil, _ world: MemoryWorld) async throws -> [Int?] {
        try await world.service.outbox.attempts(ofReceiver: receiver ?? world.account.id).map(\.status)
    }

    @Test("An attempt's record is kept, whatever came of it", arguments: [DeliveryOutcome.delivered, .failed("no"), .refused("no"), .unreachable("no")])
    func isKept(outcome: DeliveryOutcome) async throws {
        try await MemoryWorld.run { world in
            let delivery = try await claimed(1, world)[0]
            let attempt = DeliveryAttempt(outcome, record: record(200, world))
            let settlement = try await world.service.outbox.settle(delivery, attempt, by: Self.channel, retries: Self.channel.retries, jitter: 0)
            #expect(settlement != .lost)
            #expect(try await statuses(world) == [200])
            #expect(try await world.service.outbox.attempts(of: world.account).map(\.receiverID) == [world.account.id])
        }
    }

    @Test("Who has lost a delivery has made the attempt all the same, and it is made no second time by writing it down")
    func ofWhoHasLostIt() async throws {
        try await MemoryWorld.run { world in
            let delivery = try await claimed(1, world)[0]
            _ = try await world.service.outbox.retry(delivery.id)
            for outcome in [DeliveryOutcome.failed("late"), .delivered] {
                let attempt = DeliveryAttempt(outcome, record: record(404, world))
                #expect(try await world.service.outbox.settle(delivery, attempt, by: nil, retries: Self.channel.retries, jitter: 0) == .lost)
            }
            #expect(try await statuses(world) == [404, 404])
            #expect(try await world.service.outbox.find(delivery.id).attempts == 0)
        }
    }

    @Test("What another worker has claimed since is left to it, whatever the late one writes down of it, alone or beside what it still holds")
    func ofWhoIsLate() async throws {
        try await MemoryWorld.run { world in
            let outbox = world.service.outbox, claimed = try await claimed(2, world), ids = Set(claimed.map(\.id))
            let others = try await outbox.list(DeliveryQuery(limit: 99)).filter { !ids.contains($0.id) }
            _ = try await outbox.settle(others.map { EndedDelivery($0, .delivered) }, by: nil)
            world.clock.advance(by: 60)
            let taken = try await outbox.claim(targets: 1, perTarget: 9, lease: 60)
            let now = try #require(taken.first)
            let lost = try #require(claimed.first { $0.id == now.id }), kept = try #require(claimed.first { $0.id != now.id })
            try await outbox.unclaim([lost])
            #expect(try await outbox.find(now.id) == now)
            try await outbox.giveUpOverdue([lost], by: Self.channel)
            #expect(try await outbox.find(now.id) == now)
            #expect(try await outbox.settle([lost, kept].map { EndedDelivery($0, .delivered) }, by: Self.channel) == [.lost, .over])
            #expect(try await outbox.list(DeliveryQuery(limit: 9)) == [now])
        }
    }

    @Test("What keeps no record leaves none")
    func withoutOne() async throws {
        try await MemoryWorld.run { world in
            let deliveries = try await claimed(2, world)
            #expect(await Self.channel.attempt(deliveries[0]) == DeliveryAttempt(.delivered))
            _ = try await world.service.outbox.settle(
                deliveries[0], DeliveryAttempt(.withdrawn), by: Self.channel, retries: Self.channel.retries, jitter: 0)
            _ = try await world.service.outbox.settle([EndedDelivery(deliveries[1], .delivered)], by: Self.channel)
            #expect(try await world.service.outbox.attempts(of: world.account).isEmpty)
        }
    }

    @Test("Of a receiver the latest fifty are listed, and housekeeping drops the others; those of one account are not another's")
    func bounds() async throws {
        try await MemoryWorld.run { world in
            let deliveries = try await claimed(51, world)
            func end(_ range: Range<Int>) async throws {
                let ended = range.map { EndedDelivery(deliveries[$0], .delivered, record: record($0, world)) }
                _ = try await world.service.outbox.settle(ended, by: Self.channel)
                try await world.service.housekeeping.sweep()
            }
            try await end(0..<50)
            #expect(try await statuses(world) == (0..<50).reversed().map { $0 })
            try await end(50..<51)
            #expect(try await statuses(world) == (1..<51).reversed().map { $0 })
            #expect(try await statuses(of: "other", world).isEmpty)
            let other = try await world.makeAccount("Other")
            #expect(try await world.service.outbox.attempts(of: other).isEmpty)
            #expect(try await world.service.outbox.attempts(of: world.account).count == 50)
        }
    }

    @Test("Those of a receiver that is gone are listed of its account until housekeeping drops them")
    func ofWhoIsGone() async throws {
        try await MemoryWorld.run { world in
            let deliveries = try await claimed(2, world)
            let hook = try await world.service.webhooks.create(["name": "h", "hook": "all", "uri": "https://hooks.example.com/"], id: nil, in: world.account)
            let ended = [
                EndedDelivery(deliveries[0], .delivered, record: record(200, of: hook.id, world)),
                EndedDelivery(deliveries[1], .delivered, record: record(201, world)),
            ]
            _ = try await world.service.outbox.settle(ended, by: Self.channel)
            try await world.service.housekeeping.sweep()
            #expect(try await statuses(of: hook.id, world) == [200])
            _ = try await world.service.webhooks.remove(hook.id, in: world.account)
            #expect(try await world.service.outbox.attempts(of: world.account).map(\.status) == [201, 200])
            try await world.service.housekeeping.sweep()
            #expect(try await world.service.outbox.attempts(of: world.account).map(\.status) == [201])
        }
    }

    @Test("Housekeeping asks once about five hundred receivers", arguments: [0, 1, 499, 500, 501])
    func batches(count: Int) async throws {
        let store = CountingStore(), audio = MemoryAudio()
        let service = VoicemailService(store: store, archive: audio, codec: audio, secrets: Secrets(key: .random(), pool: .singleton, cost: 16))
        try await service.housekeeping.sweep()
        let ofNone = store.takeReads()
        let now = service.clock.now
        try await store.write { writer in
            for _ in 0..<count { try writer.append(AttemptRecord(receiverID: HexID.random(), accountID: "a", made: now, status: 200, isSuccess: true)) }
        }
        try await service.housekeeping.sweep()
        #expect(store.takeReads() == ofNone + count / 500)
        // Of receivers that are nowhere nothing is kept.
        #expect(try await store.read { try $0.attemptedReceivers(after: nil, moreThan: 0, limit: 1) } == [])
    }

    @Test("As much of why nobody answered is kept as of a delivery's failure")
    func longReason() {
        let record = AttemptRecord(
            receiverID: "r", accountID: "a", made: Timestamp(unix: 0), status: nil, isSuccess: false, failure: String(repeating: "é", count: 501))
        #expect(record.failure == String(repeating: "é", count: 500))
    }

    @Test("They go when dead letters of their age do")
    func age() async throws {
        try await MemoryWorld.run(Limits(deadLetterDays: 2)) { world in
            let delivery = try await claimed(1, world)[0]
            _ = try await world.service.outbox.settle([EndedDelivery(delivery, .delivered, record: record(200, world))], by: Self.channel)
            world.clock.advance(by: 2 * 86_400)
            try await world.service.housekeeping.sweep()
            #expect(try await statuses(world) == [200])
            world.clock.advance(by: 1)
            try await world.service.housekeeping.sweep()
            #expect(try await statuses(world).isEmpty)
        }
    }
}
