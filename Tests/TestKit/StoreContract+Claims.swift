import Synchronization
import Testing
import Voicemail

extension StoreContract {
    static func claim(_ store: any VoicemailStore, at: Timestamp = now, targets: Int = 99, perTarget: Int = 99) async throws -> [String] {
        try await store.write {
            try $0.claimDeliveries(under: Delivery.Claim(holder: "w", until: at.advanced(by: 10)), dueBy: at, targets: targets, perTarget: perTarget).map(\.id)
        }
    }

    static let claims = [
        Case("what is due is claimed once, a target's oldest first, until the claim runs out") { store in
            try await store.write { writer in
                try writer.insert(delivery("late", target: "x", due: now.unix + 1))
                for number in 0..<3 { try writer.insert(delivery("t\(number)", due: now.unix - number)) }
                try writer.insert(delivery("dead", target: "y", state: .dead))
                try writer.insert(delivery("other", target: "t", channel: "d"))
            }
            #expect(try await store.read { try $0.hasDueDeliveries(at: now) })
            let first = try await claim(store, perTarget: 2)
            #expect(first.sorted() == ["other", "t0", "t1"])
            #expect(try await store.read { try $0.hasDueDeliveries(at: now) } == false)
            #expect(try await claim(store) == [])
            #expect(try await claim(store, at: now.advanced(by: 9)) == ["late"])
            let expired = try await claim(store, at: now.advanced(by: 10))
            #expect(expired.sorted() == ["other", "t0", "t1", "t2"])
        },
        Case("a target in progress is left alone, others are not; at most so many targets") { store in
            try await store.write { writer in
                for target in ["p", "q", "r"] {
                    try writer.insert(delivery(target + "1", target: target))
                    try writer.insert(delivery(target + "2", target: target))
                }
            }
            #expect(try await claim(store, targets: 2, perTarget: 1).count == 2)
            #expect(try await claim(store, targets: 2, perTarget: 1).count == 1)
            #expect(try await claim(store) == [])
            #expect(try await claim(store, at: now.advanced(by: 10)).count == 6)
        },
        Case("of a long backlog the oldest that are due are claimed, whoever else waits; what has waited longest goes first") { store in
            try await store.write { writer in
                for number in 0..<300 { try writer.insert(delivery("a\(number)", target: "a", due: now.unix + (number < 100 ? 1 : 0))) }
                try writer.insert(delivery("b", target: "b", due: now.unix - 1))
                try writer.insert(delivery("c", target: "c", channel: "d", due: now.unix - 2))
            }
            #expect(try await claim(store, targets: 2) == ["c", "b"])
            #expect(try await claim(store, perTarget: 3) == ["a100", "a101", "a102"])
        },
        Case("who is claimed for is asked about in the order of waiting, until there are enough; channels that are closed are not asked about") { store in
            struct Gate: DeliveryGate {
                var closedChannels: Set<String> = ["closed"]
                var left = 2

                mutating func admits(_ channel: String, _ target: String) -> Bool {
                    if channel == "closed" || target == "no" { return false }
                    left -= 1
                    return left >= 0
                }
            }
            try await store.write { writer in
                for number in 0..<4 { try writer.insert(delivery("t\(number)", target: "t\(number)", due: now.unix - number)) }
                try writer.insert(delivery("no", target: "no", due: now.unix - 9))
                for number in 0..<3 { try writer.insert(delivery("c\(number)", target: "\(number)", channel: "closed", due: now.unix - 9)) }
                try writer.insert(delivery("z", target: "z", channel: "z", due: now.unix - 8))
            }
            let claim = Delivery.Claim(holder: "w", until: now.advanced(by: 10))
            func claimed(_ gate: Gate) async throws -> [String] {
                try await store.write { try $0.claimDeliveries(under: claim, dueBy: now, targets: 9, perTarget: 9, through: gate).map(\.id) }
            }
            #expect(try await claimed(Gate()) == ["z", "t3"])
            #expect(try await store.read { try $0.hasDueDeliveries(at: now, through: Gate()) })
            #expect(try await claimed(Gate(left: 9)).sorted() == ["t0", "t1", "t2"])
            #expect(try await store.read { try !$0.hasDueDeliveries(at: now, through: Gate()) })
            #expect(try await claimed(Gate(closedChannels: ["c"], left: 9)) == [])
            #expect(try await store.read { try $0.hasDueDeliveries(at: now) })
        },
        Case("a channel that is full is left, however many wait behind the last one for whom there was room") { store in
            final class Asked: Sendable {
                let targets = Mutex<[String]>([])
            }
            struct Gate: DeliveryGate {
                let asked = Asked()
                var left = 2
                var closedChannels: Set<String> { left > 0 ? [] : ["c"] }

                mutating func admits(_ channel: String, _ target: String) -> Bool {
                    asked.targets.withLock { $0.append(target) }
                    guard channel == "c" else { return true }
                    guard left > 0 else { return false }
                    left -= 1
                    return true
                }
            }
            try await store.write { writer in
                for number in 0..<200 { try writer.insert(delivery("c\(number)", target: "t\(number)", due: now.unix - 300 + number)) }
                for number in 0..<2 { try writer.insert(delivery("z\(number)", target: "z\(number)", channel: "z", due: now.unix - 2 + number)) }
            }
            let gate = Gate(), claim = Delivery.Claim(holder: "w", until: now.advanced(by: 10))
            let claimed = try await store.write { try $0.claimDeliveries(under: claim, dueBy: now, targets: 99, perTarget: 9, through: gate).map(\.id) }
            #expect(claimed == ["c0", "c1", "z0", "z1"])
            #expect(gate.asked.targets.withLock { $0.filter { $0 != "t2" } } == ["t0", "t1", "z0", "z1"])
            let full = Gate(left: 0)
            #expect(try await store.read { try $0.hasDueDeliveries(at: now, through: full) } == false)
            #expect(full.asked.targets.withLock { $0 } == [])
        },
        Case("a claim is not in a transaction that throws") { store in
            try await store.write { try $0.insert(delivery("one")) }
            await #expect(throws: StoreError.conflict) {
                try await store.write { writer in
                    _ = try writer.claimDeliveries(under: Delivery.Claim(holder: "w", until: now.advanced(by: 10)), dueBy: now, targets: 9, perTarget: 9)
                    throw StoreError.conflict
                }
            }
            #expect(try await claim(store) == ["one"])
        },
        Case("a claim names its holder and its end; who no longer holds a delivery changes nothing") { store in
            try await store.write { writer in
                try writer.insert(delivery("one"))
                try writer.insert(delivery("two", channel: "d"))
            }
            let claim = Delivery.Claim(holder: "w", until: now.advanced(by: 10))
            let first = try await store.write { try $0.claimDeliveries(under: claim, dueBy: now, targets: 9, perTarget: 9) }
            let stored = try await store.read { try $0.deliveries(DeliveryQuery(limit: 9)) }
            #expect(stored.map(\.claim) == [claim, claim])
            #expect(first.sorted { $0.serial < $1.serial } == stored)
            var late = stored[0]
            late.claim = nil
            late.state = .dead
            // Another holder, whose lease happens to end when the first one's did.
            var held = stored[0]
            held.claim = Delivery.Claim(holder: "v", until: claim.until)
            held.failure = "held"
            let results = try await store.write { [held, late] writer in
                try writer.update(held)
                return (try writer.update(late, heldBy: "w"), try writer.delivery(id: "one"), try writer.deliveryTotals())
            }
            #expect(results.0 == false)
            #expect(results.1 == held)
            #expect(results.2 == DeliveryTotals(pending: 2))
            // The same holder, whose lease was renewed.
            held.claim = Delivery.Claim(holder: "v", until: now.advanced(by: 30))
            var settled = stored[0]
            settled.claim = nil
            settled.attempts = 1
            let isSettled = try await store.write { [held, settled] writer in
                try writer.update(held)
                return try writer.update(settled, heldBy: "v")
            }
            #expect(isSettled)
            #expect(try await store.read { try $0.delivery(id: "one") } == settled)
        },
    ]
}
