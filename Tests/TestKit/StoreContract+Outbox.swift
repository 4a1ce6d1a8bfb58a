import Testing
import Voicemail

extension StoreContract {
    private static func delivery(
        _ id: String, target: String = "t", channel: String = "c", account: String = "a", due: Int = now.unix, state: Delivery.State = .pending
    ) -> Delivery {
        Delivery(
            id: id, channel: channel, target: target, accountID: account, eventSerial: 5, payload: ["z": 1, "a": "b"], state: state,
            due: Timestamp(unix: due), created: longAgo)
    }

    private static func claim(_ store: any VoicemailStore, at: Timestamp = now, targets: Int = 99, perTarget: Int = 99) async throws -> [String] {
        try await store.write {
            try $0.claimDeliveries(dueBy: at, until: at.advanced(by: 10), targets: targets, perTarget: perTarget).map(\.id)
        }
    }

    static let outbox = [
        Case("a delivery comes back as it was stored, and as it was updated; its id is taken") { store in
            var one = delivery("one")
            try await store.write { [one] in try $0.insert(one) }
            var read = try await store.read { try $0.delivery(id: "one") }
            one.serial = read?.serial ?? 0
            #expect(one.serial > 0)
            #expect(read == one)
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(delivery("one")) } }
            one.state = .dead
            one.attempts = 3
            one.due = now.advanced(by: 7)
            one.claimedUntil = now.advanced(by: 9)
            one.failure = "why\u{0}"
            try await store.write { [one] in try $0.update(one) }
            read = try await store.read { try $0.delivery(id: "one") }
            #expect(read == one)
        },
        Case("a delivery that is gone stays gone when it is updated") { store in
            try await store.write { writer in
                try writer.insert(delivery("one"))
                try writer.remove(deliveryID: "one")
                try writer.update(delivery("one"))
            }
            let read = try await store.read { try $0.delivery(id: "one") }
            #expect(read == nil)
        },
        Case("deliveries are listed oldest first, by state and account, page by page") { store in
            try await store.write { writer in
                for number in 0..<6 {
                    try writer.insert(delivery("\(number)", account: number < 3 ? "a" : "b", state: number % 2 == 0 ? .pending : .dead))
                }
            }
            let all = try await store.read { try $0.deliveries(DeliveryQuery(limit: 99)) }
            #expect(all.map(\.id) == ["0", "1", "2", "3", "4", "5"])
            let dead = try await store.read { try $0.deliveries(DeliveryQuery(state: .dead, limit: 2)) }
            #expect(dead.map(\.id) == ["1", "3"])
            let rest = try await store.read { try $0.deliveries(DeliveryQuery(state: .dead, after: dead[1].serial, limit: 2)) }
            #expect(rest.map(\.id) == ["5"])
            let other = try await store.read { try $0.deliveries(DeliveryQuery(state: .pending, accountID: "b", limit: 9)) }
            #expect(other.map(\.id) == ["4"])
        },
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
            try await store.write { try $0.releaseClaims() }
            #expect(try await claim(store).count == 6)
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
        Case("deliveries are counted by state") { store in
            #expect(try await store.read { try $0.deliveryTotals() } == DeliveryTotals())
            try await store.write { writer in
                for id in ["one", "two", "three"] { try writer.insert(delivery(id)) }
                try writer.insert(delivery("four", account: "b", state: .dead))
                try writer.update(delivery("two", state: .dead))
                try writer.remove(deliveryID: "three")
                try writer.update(delivery("three", state: .dead))
            }
            #expect(try await store.read { try $0.deliveryTotals() } == DeliveryTotals(pending: 1, dead: 2))
            try await store.write { try $0.update(delivery("two")) }
            #expect(try await store.read { try $0.deliveryTotals() } == DeliveryTotals(pending: 2, dead: 1))
            _ = try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 100) }
            try await store.write { try $0.removeDeliveries(deadBefore: now.advanced(by: 1)) }
            #expect(try await store.read { try $0.deliveryTotals() } == DeliveryTotals())
        },
        Case("a claim is not in a transaction that throws") { store in
            try await store.write { try $0.insert(delivery("one")) }
            await #expect(throws: StoreError.conflict) {
                try await store.write { writer in
                    _ = try writer.claimDeliveries(dueBy: now, until: now.advanced(by: 10), targets: 9, perTarget: 9)
                    throw StoreError.conflict
                }
            }
            #expect(try await claim(store) == ["one"])
        },
        Case("dead deliveries go by age, pending ones do not; an account's go with its contents") { store in
            try await store.write { writer in
                try writer.insert(delivery("old", due: 9, state: .dead))
                try writer.insert(delivery("edge", due: 10, state: .dead))
                try writer.insert(delivery("pending", due: 1))
                try writer.insert(delivery("b", account: "b"))
                try writer.removeDeliveries(deadBefore: Timestamp(unix: 10))
            }
            let left = try await store.read { try $0.deliveries(DeliveryQuery(limit: 9)).map(\.id) }
            #expect(left == ["edge", "pending", "b"])
            _ = try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 100) }
            let others = try await store.read { try $0.deliveries(DeliveryQuery(limit: 9)).map(\.id) }
            #expect(others == ["b"])
        },
        Case("a cursor begins at 0 and moves; events behind it are kept whatever their age") { store in
            try await store.write { writer in
                for number in 0..<4 { try writer.append(Event(id: "e\(number)", kind: .messageStored, accountID: "a", subjectID: "s", created: longAgo)) }
            }
            let events = try await store.read { try $0.events(after: 0, limit: 9) }
            #expect(try await store.read { try [$0.eventCursor(of: "x"), $0.eventCursor(of: "y")] } == [0, 0])
            try await store.write { try $0.setEventCursor(of: "x", to: events[1].serial) }
            try await store.write { writer in
                try writer.removeEvents(createdBefore: now, upTo: try writer.eventCursor(of: "x"))
            }
            let left = try await store.read { try $0.events(after: 0, limit: 9) }
            #expect(left == Array(events[2...]))
            try await store.write { try $0.setEventCursor(of: "x", to: 99) }
            #expect(try await store.read { try [$0.eventCursor(of: "x"), $0.eventCursor(of: "y")] } == [99, 0])
        },
        Case("sessions of a credential are listed by kind while they live; documents and messages by serial") { store in
            func session(_ hash: String, kind: Ticket.Kind = .access, credential: String? = "k", created: Int = 1, expires: Int = 11) -> Ticket {
                Ticket(
                    hash: hash, kind: kind, accountID: "a", credentialID: credential, created: Timestamp(unix: created),
                    expires: Timestamp(unix: expires), details: ["z": 1])
            }
            let sessions = [
                session("c"), session("a", created: 2), session("b", expires: 10), session("d", kind: .refresh), session("e", credential: "j"),
                session("f", credential: nil),
            ]
            try await store.write { writer in for session in sessions { try writer.insert(session) } }
            let found = try await store.read { try $0.tickets(credentialID: "k", kind: .access, aliveAt: Timestamp(unix: 10)) }
            #expect(found == [sessions[0], sessions[1]])
            let stored = try await store.write { try ($0.insert(document("d")), $0.insert(message("m"))) }
            let read = try await store.read { try ($0.document(serial: stored.0.serial), $0.message(serial: stored.1.serial), $0.message(serial: 999)) }
            #expect(read.0 == stored.0)
            #expect(read.1 == stored.1)
            #expect(read.2 == nil)
        },
        Case("who has heard a message is kept") { store in
            var one = message("m")
            one.readers = ["x", "y\u{0}"]
            try await store.write { [one] in _ = try $0.insert(one) }
            let read = try await store.read { try $0.message(id: "m")?.readers }
            #expect(read == ["x", "y\u{0}"])
            one.readers = []
            try await store.write { [one] in try $0.update(one) }
            let cleared = try await store.read { try $0.message(id: "m")?.readers }
            #expect(cleared == [])
        },
    ]
}
