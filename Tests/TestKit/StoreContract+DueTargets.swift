import Testing
import Voicemail

/// Who has something due, whatever has become of it before.
extension StoreContract {
    /// What a claim is to take, told by what there is.
    private static func dueDeliveries(among all: [Delivery], at: Timestamp, targets: Int, perTarget: Int) -> [String] {
        let byTarget = Dictionary(grouping: all) { [$0.channel, $0.target] }.filter { !$0.value.contains { $0.claim.map { $0.until > at } ?? false } }
        let due = byTarget.mapValues { $0.filter { $0.state == .pending && $0.due <= at }.sorted { $0.serial < $1.serial } }.filter { !$0.value.isEmpty }
        let inOrder = due.sorted { left, right in
            let (first, second) = (left.value.map(\.due).min() ?? at, right.value.map(\.due).min() ?? at)
            return first == second ? left.key.lexicographicallyPrecedes(right.key) : first < second
        }
        return inOrder.prefix(targets).flatMap { $0.value.prefix(perTarget) }.map(\.id)
    }

    static let dueTargets = [
        Case("what is put off is claimed when it is due, what is tried again at once, and what comes to who had nothing left as the first") { store in
            try await store.write { writer in
                try writer.insert(delivery("one", target: "x"))
                try writer.insert(delivery("two", target: "x", due: now.unix + 5))
                try writer.insert(delivery("dead", target: "y", state: .dead))
            }
            #expect(try await claim(store) == ["one"])
            try await store.write { writer in
                guard var one = try writer.delivery(id: "one") else { return }
                one.claim = nil
                one.due = now.advanced(by: 20)
                #expect(try writer.update(one, heldBy: "w"))
            }
            #expect(try await claim(store) == [])
            #expect(try await store.read { try $0.hasDueDeliveries(at: now.advanced(by: 4)) } == false)
            #expect(try await claim(store, at: now.advanced(by: 5)) == ["two"])
            try await store.write { writer in
                try writer.remove(deliveryID: "two")
                guard var dead = try writer.delivery(id: "dead") else { return }
                dead.state = .pending
                try writer.update(dead)
            }
            #expect(try await claim(store, at: now.advanced(by: 6)) == ["dead"])
            // What had been put off is tried at once, as an administrator may have it.
            try await store.write { writer in
                guard var one = try writer.delivery(id: "one") else { return }
                one.due = now
                try writer.update(one)
            }
            #expect(try await claim(store, at: now.advanced(by: 6)) == ["one"])
            try await store.write { writer in
                for id in ["one", "dead"] { try writer.remove(deliveryID: id) }
            }
            #expect(try await store.read { try $0.hasDueDeliveries(at: now.advanced(by: 99)) } == false)
            #expect(try await claim(store, at: now.advanced(by: 99)) == [])
            try await store.write { try $0.insert(delivery("three", target: "x", due: now.unix + 100)) }
            #expect(try await claim(store, at: now.advanced(by: 99)) == [])
            #expect(try await claim(store, at: now.advanced(by: 100)) == ["three"])
        },
        Case("of more who wait than are looked at at once, those behind many that are not admitted are found, each once") { store in
            struct Gate: DeliveryGate {
                let closedChannels: Set<String> = []
                func admits(_ channel: String, _ target: String) -> Bool { !target.hasPrefix("no") }
            }
            try await store.write { writer in
                for number in 0..<150 { try writer.insert(delivery("n\(number)", target: "no\(number)", due: now.unix - 200 + number)) }
                for number in 0..<3 { try writer.insert(delivery("y\(number)", target: "y\(number)", due: now.unix - 2 + number)) }
            }
            let claim = Delivery.Claim(holder: "w", until: now.advanced(by: 10))
            #expect(try await store.read { try $0.hasDueDeliveries(at: now, through: Gate()) })
            let claimed = try await store.write { try $0.claimDeliveries(under: claim, dueBy: now, targets: 99, perTarget: 9, through: Gate()).map(\.id) }
            #expect(claimed == ["y0", "y1", "y2"])
            #expect(try await store.read { try $0.hasDueDeliveries(at: now, through: Gate()) } == false)
        },
        Case("whatever becomes of deliveries, what is claimed is what is due, in order") { store in
            var random = SeededRandom(seed: 14)
            var known: [Delivery] = [], at = now
            for step in 0..<400 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    let new = delivery(
                        "d\(step)", target: "t\(Int.random(in: 0..<5, using: &random))", channel: "c\(Int.random(in: 0..<3, using: &random))",
                        due: at.unix + Int.random(in: -3..<9, using: &random))
                    try await store.write { try $0.insert(new) }
                    guard let stored = try await store.read({ try $0.delivery(id: new.id) }) else { continue }
                    known.append(stored)
                case 2 where !known.isEmpty:
                    let index = Int.random(in: known.indices, using: &random)
                    known[index].due = at.advanced(by: Int.random(in: -3..<9, using: &random))
                    known[index].state = Bool.random(using: &random) ? .pending : .dead
                    known[index].claim = nil
                    try await store.write { [changed = known[index]] in try $0.update(changed) }
                case 3 where !known.isEmpty:
                    let gone = known.remove(at: Int.random(in: known.indices, using: &random))
                    try await store.write { try $0.remove(deliveryID: gone.id) }
                default:
                    at = at.advanced(by: Int.random(in: 0..<3, using: &random))
                    let claim = Delivery.Claim(holder: "h\(step)", until: at.advanced(by: 4))
                    let targets = Int.random(in: 1..<5, using: &random), perTarget = Int.random(in: 1..<4, using: &random)
                    let expected = dueDeliveries(among: known, at: at, targets: targets, perTarget: perTarget)
                    let isAnyDue = try await store.read { [at] in try $0.hasDueDeliveries(at: at) }
                    let claimed = try await store.write { [at] in
                        try $0.claimDeliveries(under: claim, dueBy: at, targets: targets, perTarget: perTarget).map(\.id)
                    }
                    #expect(isAnyDue == !expected.isEmpty, "step \(step)")
                    #expect(claimed == expected, "step \(step)")
                    for index in known.indices where claimed.contains(known[index].id) { known[index].claim = claim }
                }
            }
        },
    ]
}
