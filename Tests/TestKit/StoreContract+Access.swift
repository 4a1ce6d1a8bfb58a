import Testing
import Voicemail

extension StoreContract {
    private static func session(_ hash: String, account: String = "a", user: String? = nil, credential: String? = nil, expires: Int = now.unix) -> Ticket {
        Ticket(
            hash: hash, kind: .access, accountID: account, userID: user, credentialID: credential, partner: "p", replaced: "r", created: now,
            expires: Timestamp(unix: expires), details: ["z": 1, "a": "b"])
    }

    private static func living(_ hashes: [String], _ store: any VoicemailStore) async throws -> [String] {
        try await store.read { reader in try hashes.filter { try reader.ticket(hash: $0) != nil } }
    }

    static let access = [
        Case("a session comes back as it was stored; an update moves its end") { store in
            var one = session("one", user: "u", credential: "c")
            try await store.write { [one] in try $0.insert(one) }
            let read = try await store.read { try $0.ticket(hash: "one") }
            #expect(read == one)
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(session("one")) } }
            one.expires = now.advanced(by: 9)
            one.details = ["k": true]
            try await store.write { [one] in try $0.update(one) }
            let moved = try await store.read { try $0.ticket(hash: "one") }
            #expect(moved == one)
        },
        Case("a session that has ended stays ended when it is updated") { store in
            try await store.write { writer in
                try writer.insert(session("one"))
                try writer.remove(ticketHash: "one")
                try writer.update(session("one"))
            }
            let left = try await living(["one"], store)
            #expect(left == [])
        },
        Case("sessions end by age, by account, by user and by credential") { store in
            try await store.write { writer in
                try writer.insert(session("old", expires: 9))
                try writer.insert(session("edge", expires: 10))
                try writer.insert(session("b", account: "b"))
                try writer.insert(session("u", account: "c", user: "u"))
                try writer.insert(session("k", account: "c", credential: "k"))
                try writer.insert(session("c", account: "c"))
            }
            let all = ["old", "edge", "b", "u", "k", "c"]
            try await store.write { try $0.removeTickets(expiredBefore: Timestamp(unix: 10)) }
            #expect(try await living(all, store) == ["edge", "b", "u", "k", "c"])
            try await store.write { try $0.removeTickets(accountID: nil, userID: nil, credentialID: nil) }
            #expect(try await living(all, store) == ["edge", "b", "u", "k", "c"])
            try await store.write { try $0.removeTickets(accountID: "b", userID: nil, credentialID: nil) }
            #expect(try await living(all, store) == ["edge", "u", "k", "c"])
            try await store.write { try $0.removeTickets(accountID: nil, userID: "u", credentialID: nil) }
            #expect(try await living(all, store) == ["edge", "k", "c"])
            try await store.write { try $0.removeTickets(accountID: nil, userID: nil, credentialID: "k") }
            #expect(try await living(all, store) == ["edge", "c"])
        },
        Case("a credential is found by its handle within its kind, and by its id") { store in
            let one = Credential(
                id: "1", kind: .key, accountID: "a", name: "key", handle: "h", verifier: "v", details: ["z": 1, "a": 2], created: now)
            let two = Credential(id: "2", kind: .client, accountID: "a", name: "", handle: "h", verifier: "", created: now.advanced(by: -1))
            try await store.write { writer in
                try writer.insert(one)
                try writer.insert(two)
                try writer.insert(Credential(id: "3", kind: .login, accountID: "b", name: "", handle: "h", verifier: "", created: now))
            }
            let found = try await store.read {
                try [$0.credential(kind: .key, handle: "h"), $0.credential(id: "2"), $0.credential(kind: .intake, handle: "h")]
            }
            #expect(found == [one, two, nil])
            let listed = try await store.read { try $0.credentials(accountID: "a") }
            #expect(listed == [two, one])
            await #expect(throws: StoreError.conflict) {
                try await store.write { try $0.insert(Credential(kind: .key, accountID: "c", name: "", handle: "h", verifier: "", created: now)) }
            }
            await #expect(throws: StoreError.conflict) {
                try await store.write { try $0.insert(Credential(id: "1", kind: .key, accountID: "c", name: "", handle: "i", verifier: "", created: now)) }
            }
            try await store.write { try $0.remove(credentialID: "1") }
            let gone = try await store.read { try $0.credential(id: "1") }
            #expect(gone == nil)
        },
        Case("events come in order after a serial, at most the limit; old ones go; serials grow on") { store in
            let written = (0..<10).map { number in
                Event(
                    id: "e\(number)", kind: Event.Kind.allCases[number % Event.Kind.allCases.count], accountID: "a", subjectID: "s",
                    payload: ["z": .int(number), "a": "b"], created: Timestamp(unix: number))
            }
            try await store.write { writer in for event in written { try writer.append(event) } }
            let all = try await store.read { try $0.events(after: 0, limit: 99) }
            #expect(all.map(\.id) == written.map(\.id))
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.serial < $1.serial })
            #expect(
                zip(all, written).allSatisfy { read, event in
                    var event = event
                    event.serial = read.serial
                    return event == read
                })
            let page = try await store.read { try $0.events(after: all[3].serial, limit: 2) }
            #expect(page == [all[4], all[5]])
            let newest = try await store.read { try ($0.newestEventSerials(limit: 3), $0.newestEventSerials(limit: 99), $0.newestEventSerials(limit: 0)) }
            #expect(newest.0 == all.suffix(3).reversed().map(\.serial) && newest.1 == all.reversed().map(\.serial) && newest.2.isEmpty)
            try await store.write { writer in
                try writer.markPlanned(all)
                try writer.removeEvents(createdBefore: Timestamp(unix: 10))
            }
            try await store.write { try $0.append(written[0]) }
            let later = try await store.read { try $0.events(after: 0, limit: 99) }
            #expect(later.count == 1)
            #expect((later.first?.serial ?? 0) > (all.last?.serial ?? .max))
        },
        Case("an event of a transaction that throws is not there") { store in
            await #expect(throws: StoreError.conflict) {
                try await store.write { writer in
                    try writer.append(Event(kind: .messageStored, accountID: "a", subjectID: "s", created: now))
                    throw StoreError.conflict
                }
            }
            let events = try await store.read { try $0.events(after: 0, limit: 9) }
            #expect(events == [])
        },
        Case("sessions of a user are listed by kind while they live, oldest first, and end together") { store in
            func session(_ hash: String, kind: Ticket.Kind = .access, user: String? = "u", created: Int = 1, expires: Int = 11) -> Ticket {
                Ticket(hash: hash, kind: kind, accountID: "a", userID: user, created: Timestamp(unix: created), expires: Timestamp(unix: expires))
            }
            let sessions = [
                session("a", created: 2), session("c"), session("b", expires: 10), session("d", kind: .refresh), session("e", user: "v"),
                session("f", user: nil),
            ]
            try await store.write { writer in for session in sessions { try writer.insert(session) } }
            let found = try await store.read { try $0.tickets(userID: "u", kind: .access, aliveAt: Timestamp(unix: 10)) }
            #expect(found == [sessions[1], sessions[0]])
            try await store.write { try $0.removeTickets(accountID: nil, userID: "u", credentialID: nil) }
            let left = try await store.read { try $0.tickets(userID: "u", kind: .access, aliveAt: Timestamp(unix: 1)) }
            #expect(left == [])
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
            for (limit, count) in [(0, 0), (1, 1), (2, 2), (3, 2)] {
                let counted = try await store.read { try $0.countTickets(credentialID: "k", kind: .access, aliveAt: Timestamp(unix: 10), limit: limit) }
                #expect(counted == count)
            }
            let stored = try await store.write { try ($0.insert(document("d")), $0.insert(message("m"))) }
            let read = try await store.read { try ($0.document(serial: stored.0.serial), $0.message(serial: stored.1.serial), $0.message(serial: 999)) }
            #expect(read.0 == stored.0)
            #expect(read.1 == stored.1)
            #expect(read.2 == nil)
        },
    ]
}

/// Kinds of no interface in particular.
extension Ticket.Kind {
    static let key = Self(rawValue: "key")
    static let access = Self(rawValue: "access")
    static let refresh = Self(rawValue: "refresh")
    static let link = Self(rawValue: "link")
}

extension Credential.Kind {
    static let key = Self(rawValue: "key")
    static let client = Self(rawValue: "client")
    static let user = Self(rawValue: "user")
}
