import PostgresStore
import Server
import TestKit
import Testing
import Voicemail

/// How often what a server does beside its requests waits for a PostgreSQL database: hardly more often where there is much of it.
struct BackgroundRoundTripTests {
    /// Tells everybody, and looks at the account each time that it plans or has told.
    private struct Channel: DeliveryChannel {
        let name = "test"
        let retries = RetryPolicy(maximumAttempts: 2, base: 1, ceiling: 1)

        func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
            try reader.account(id: event.accountID) == nil ? [] : [PlannedDelivery(target: "t", payload: [:])]
        }

        func attempt(_: Delivery) async -> DeliveryAttempt { DeliveryAttempt(.delivered) }

        func ended(_ delivery: Delivery, _: DeliveryEnd, at _: Timestamp, _ writer: any StoreWriter) throws { _ = try writer.account(id: delivery.accountID) }
    }

    @Test("Fifty events become deliveries in hardly more waits than five, and what becomes of fifty deliveries is written down so")
    func outbox() async throws {
        try await BulkScene.run { scene in
            let outbox = scene.server.service.outbox, channel = Channel(), store = scene.store
            while try await !outbox.plan(over: [channel]).isEmpty {}
            func forget(_ deliveries: [Delivery]) async throws -> [Settlement] {
                try await outbox.settle(deliveries.map { EndedDelivery($0, .delivered) }, by: channel)
            }
            _ = try await forget(try await outbox.claim(targets: 9, perTarget: 500, lease: 60))
            /// Waits of each, as often as it makes them by itself.
            func waits(_ count: Int) async throws -> [String: Int] {
                var least: [String: Int] = [:]
                func measure<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
                    let before = store.roundTrips, value = try await body()
                    least[name] = min(least[name] ?? .max, store.roundTrips - before)
                    return value
                }
                func claim() async throws -> [Delivery] {
                    let claimed = try await outbox.claim(targets: 9, perTarget: 500, lease: 60)
                    #expect(claimed.count == count)
                    return claimed
                }
                for _ in 0..<5 {
                    _ = try await scene.leave(count)
                    let planned = try await measure("plan") { try await outbox.plan(over: [channel]) }
                    #expect(planned.count == count)
                    let first = try await claim(), areHeld = try await measure("look") { try await outbox.areHeld(first, for: 10) }
                    let areRenewed = try await measure("renew") { try await outbox.renew(first, lease: 60) }
                    #expect(areHeld && areRenewed)
                    try await measure("let go") { try await outbox.unclaim(first) }
                    let second = try await claim()
                    try await measure("give up") { try await outbox.giveUpOverdue(second, by: channel) }
                    let retried = try await measure("retry") { try await outbox.retry(all: DeliveryQuery(state: .dead, limit: 500)) }
                    #expect(retried == count)
                    let third = try await claim(), ended = try await measure("end") { try await forget(third) }
                    #expect(ended == Array(repeating: .over, count: count))
                }
                return least
            }
            let few = try await waits(5), many = try await waits(50)
            for (name, most) in few { #expect(many[name] ?? .max <= most + 2, "\(name): \(few) \(many)") }
            #expect(few.count == 7)
        }
    }

    @Test("What channels look up for events is asked once for each of twenty accounts, however many events each of them has")
    func accounts() async throws {
        try await BulkScene.run { scene in
            let outbox = scene.server.service.outbox, channel = Channel()
            var boxes: [(mailbox: Mailbox, account: Account)] = []
            for number in 0..<20 {
                let account = try await scene.server.makeAccount("Acme \(number)")
                let mailbox = try await scene.server.makeMailbox("3000", in: account)
                boxes.append((mailbox, account))
            }
            while try await !outbox.plan(over: [channel]).isEmpty {}
            func waits(_ rounds: Int) async throws -> Int {
                var least = Int.max
                for _ in 0..<4 {
                    for _ in 0..<rounds { for (mailbox, account) in boxes { _ = try await scene.server.leave(in: mailbox, of: account) } }
                    let before = scene.store.roundTrips
                    #expect(try await outbox.plan(over: [channel]).count == rounds * boxes.count)
                    least = min(least, scene.store.roundTrips - before)
                }
                return least
            }
            let few = try await waits(1), many = try await waits(4)
            #expect(many <= few + 6)
        }
    }

    /// Waits of a round of housekeeping, as often as it makes them by itself.
    private static func sweep(_ scene: BulkScene) async throws -> Int {
        var least = Int.max
        for _ in 0..<5 {
            let before = scene.store.roundTrips
            try await scene.server.service.housekeeping.sweep()
            least = min(least, scene.store.roundTrips - before)
        }
        return least
    }

    @Test("A round of housekeeping over forty mailboxes with nothing to remove waits hardly more often than over two")
    func mailboxes() async throws {
        try await BulkScene.run { scene in
            func fill(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    let kept: JSONObject = ["message_keep_days": 30, "message_keep_count": 5]
                    let mailbox = try await scene.server.makeMailbox(String(5000 + number), in: scene.world.account, kept)
                    _ = try await scene.server.leave(in: mailbox, of: scene.world.account)
                }
            }
            try await fill(0..<2)
            let few = try await Self.sweep(scene)
            try await fill(2..<40)
            let many = try await Self.sweep(scene)
            #expect(many <= few + 6)
        }
    }

    @Test("A round of housekeeping waits three times for each account in which nothing is to be done")
    func idleAccounts() async throws {
        try await BulkScene.run { scene in
            func fill(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    let account = try await scene.server.makeAccount("Acme \(number)")
                    _ = try await scene.server.leave(in: scene.server.makeMailbox("3000", in: account), of: account)
                }
            }
            try await fill(0..<2)
            let few = try await Self.sweep(scene)
            try await fill(2..<32)
            let many = try await Self.sweep(scene)
            #expect(many <= few + 30 * 3 + 6)
        }
    }

    @Test("A round of housekeeping that removes fifty recordings waits hardly more often than one that removes five")
    func recordings() async throws {
        try await BulkScene.run { scene in
            let account = scene.world.account.id, blob = BlobID()
            _ = try await scene.server.service.accounts.change(account, .patch(["recording_maximum_bytes": 1]))
            try await scene.store.write { writer in
                try writer.insert(StoreContract.blob(blob), at: StoreContract.now)
                // Audio that something else names stays.
                _ = try writer.insert(StoreContract.message(account: account, mailbox: scene.world.mailbox.id, blob: blob))
            }
            func sweep(_ count: Int) async throws -> Int {
                var least = Int.max
                for _ in 0..<5 {
                    try await scene.store.write { writer in
                        for _ in 0..<count { _ = try writer.insert(StoreContract.recording(account: account, blob: blob)) }
                    }
                    let before = scene.store.roundTrips
                    try await scene.server.service.housekeeping.sweep()
                    least = min(least, scene.store.roundTrips - before)
                    let left = try await scene.store.read { try $0.recordingTotals(accountID: account) }
                    #expect(left.count == 0)
                }
                return least
            }
            let few = try await sweep(5), many = try await sweep(50)
            #expect(many <= few + 6)
        }
    }

    @Test("A round of housekeeping waits hardly more often over thirty-two receivers of attempts than over two")
    func receivers() async throws {
        try await BulkScene.run { scene in
            func fill(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    // Any document may stand for a receiver.
                    let receiver = try await scene.server.makeMailbox(String(5000 + number), in: scene.world.account).id, account = scene.world.account.id
                    try await scene.store.write {
                        try $0.append(AttemptRecord(receiverID: receiver, accountID: account, made: scene.server.clock.now, status: 200, isSuccess: true))
                    }
                }
            }
            try await fill(0..<2)
            let few = try await Self.sweep(scene)
            try await fill(2..<32)
            let many = try await Self.sweep(scene)
            #expect(many <= few + 6)
        }
    }
}
