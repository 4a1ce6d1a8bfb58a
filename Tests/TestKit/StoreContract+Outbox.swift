import Testing
import Voicemail
import Waiting

extension StoreContract {
    static func delivery(
        _ id: String, target: String = "t", channel: String = "c", account: String = "a", due: Int = now.unix, state: Delivery.State = .pending
    ) -> Delivery {
        Delivery(
            id: id, channel: channel, target: target, accountID: account, eventSerial: 5, payload: ["z": 1, "a": "b"], state: state,
            due: Timestamp(unix: due), created: longAgo)
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
            one.claim = Delivery.Claim(holder: "w\u{0}", until: now.advanced(by: 9))
            one.failure = "why\u{0}"
            try await store.write { [one] in try $0.update(one) }
            read = try await store.read { try $0.delivery(id: "one") }
            #expect(read == one)
        },
        Case("deliveries are read together in the order asked; what is not there is left out") { store in
            let stored = try await store.write { writer in
                for id in ["one", "two", "three"] { try writer.insert(delivery(id)) }
                try writer.remove(deliveryID: "two")
                return try writer.deliveries(DeliveryQuery(limit: 9))
            }
            #expect(try await store.read { try $0.deliveries(ids: ["three", "none", "two", "one", "three"]) } == [stored[1], stored[0], stored[1]])
            #expect(try await store.read { try $0.deliveries(ids: []) } == [])
        },
        Case("the bell rings for events that are committed, and for nothing else") { store in
            struct Withdrawn: Error {}
            // A ring that nobody heard yet.
            _ = await store.eventBell.rung(within: .zero)
            try await store.write { try $0.insert(delivery("one")) }
            try? await store.write { writer in
                try writer.append(Event(kind: .messageStored, accountID: "a", subjectID: "m", created: now))
                throw Withdrawn()
            }
            let isRungForNothing = await store.eventBell.rung(within: .zero)
            #expect(!isRungForNothing)
            try await store.write { try $0.append(Event(kind: .messageStored, accountID: "a", subjectID: "m", created: now)) }
            let isRung = await store.eventBell.rung(within: .seconds(60))
            #expect(isRung)
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
        Case("deliveries are listed by channel, target and time") { store in
            try await store.write { writer in
                for number in 0..<6 {
                    let made = delivery("\(number)", target: number < 4 ? "t" : "u", channel: number % 2 == 0 ? "c" : "d")
                    try writer.insert(
                        Delivery(
                            id: made.id, channel: made.channel, target: made.target, accountID: "a", eventSerial: 1, payload: [:], due: now,
                            created: now.advanced(by: number)))
                }
            }
            func listed(_ query: DeliveryQuery) async throws -> [String] { try await store.read { try $0.deliveries(query).map(\.id) } }
            #expect(try await listed(DeliveryQuery(channel: "c", limit: 9)) == ["0", "2", "4"])
            #expect(try await listed(DeliveryQuery(target: "u", limit: 9)) == ["4", "5"])
            #expect(try await listed(DeliveryQuery(channel: "d", target: "t", limit: 9)) == ["1", "3"])
            #expect(try await listed(DeliveryQuery(from: now.advanced(by: 2), to: now.advanced(by: 4), limit: 9)) == ["2", "3", "4"])
            #expect(try await listed(DeliveryQuery(channel: "x", limit: 9)) == [])
        },
        Case("an account's events are gone through in the order in which they happened, page by page") { store in
            try await store.write { writer in
                for (number, time) in [5, 1, 3, 3, 9, 2].enumerated() {
                    let account = number == 3 ? "b" : "a"
                    try writer.append(
                        Event(id: "e\(number)", kind: .messageStored, accountID: account, subjectID: "s", payload: ["z": 1], created: now.advanced(by: time)))
                }
            }
            var query = EventQuery(accountID: "a", from: now.advanced(by: 1), to: now.advanced(by: 5), limit: 2)
            var seen: [String] = []
            while true {
                let page = try await store.read { [query] in try $0.events(query) }
                guard let last = page.last else { break }
                #expect(page.count <= 2)
                seen += page.map(\.id)
                query.after = last
            }
            #expect(seen == ["e1", "e5", "e2", "e0"])
            #expect(try await store.read { try $0.events(EventQuery(accountID: "b", from: longAgo, to: now, limit: 9)) }.isEmpty)
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
        Case("events wait to be planned until they are marked, in any order; old ones are dropped when they are") { store in
            try await store.write { writer in
                for number in 0..<5 {
                    let created = number == 4 ? now : longAgo
                    try writer.append(Event(id: "e\(number)", kind: .messageStored, accountID: "a", subjectID: "s", payload: ["z": 1], created: created))
                }
            }
            let events = try await store.read { try $0.events(after: 0, limit: 9) }
            #expect(try await store.read { try $0.unplannedEvents(limit: 9) } == events)
            #expect(try await store.read { try $0.unplannedEvents(limit: 2) } == Array(events[..<2]))
            try await store.write { try $0.markPlanned([events[3], events[1], events[4]]) }
            #expect(try await store.read { try $0.unplannedEvents(limit: 9) } == [events[0], events[2]])
            try await store.write { try $0.removeEvents(createdBefore: now) }
            #expect(try await store.read { try $0.events(after: 0, limit: 9) } == [events[0], events[2], events[4]])
            try await store.write { try $0.markPlanned(events) }
            #expect(try await store.read { try $0.unplannedEvents(limit: 9) } == [])
        },
    ]
}
