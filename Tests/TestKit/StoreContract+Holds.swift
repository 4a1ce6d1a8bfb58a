import Testing
import Voicemail

extension StoreContract {
    private static func hold(
        _ id: String, on subject: LegalHold.Subject = .message, _ subjectID: String, account: String = "a", mailbox: String? = nil
    ) -> LegalHold {
        LegalHold(id: id, subject: subject, subjectID: subjectID, accountID: account, mailboxID: mailbox, reason: "case 12", created: now)
    }

    static let holds = [
        Case("a hold is found by its id, by what is held, and by where that is") { store in
            try await store.write { writer in
                _ = try writer.insert(hold("h1", "m1", mailbox: "box"))
                _ = try writer.insert(hold("h2", "m1", mailbox: "box"))
                _ = try writer.insert(hold("h3", on: .recording, "r", account: "b"))
            }
            await #expect(throws: StoreError.conflict) { _ = try await store.write { try $0.insert(hold("h1", "other")) } }
            let found = try await store.read { reader in
                let all = try reader.holds(accountID: nil, after: 0, limit: 10)
                let rest = try reader.holds(accountID: nil, after: all[0].serial, limit: 1)
                return (
                    try reader.hold(id: "h3"), try reader.hold(id: "h4"), all, rest.map(\.id),
                    try reader.holds(accountID: "b", after: 0, limit: 10).map(\.id)
                )
            }
            #expect(found.0?.subject == .recording && found.0?.mailboxID == nil && found.0?.reason == "case 12" && found.0?.created == now)
            #expect(found.1 == nil)
            #expect(found.2.map(\.id) == ["h1", "h2", "h3"] && found.2.first?.mailboxID == "box")
            #expect(found.3 == ["h2"] && found.4 == ["h3"])
            let asked = try await store.read { reader in
                [
                    try reader.isHeld(anyOf: ["x", "m1"]), try reader.isHeld(anyOf: ["box", "a"]), try reader.isHeld(anyOf: []),
                    try reader.hasHolds(mailboxID: "box"), try reader.hasHolds(mailboxID: "m1"), try reader.hasHolds(accountID: "b"),
                    try reader.hasHolds(accountID: "c"),
                ]
            }
            #expect(asked == [true, false, false, true, false, true, false])
            #expect(try await store.read { try $0.heldSubjects(among: ["x", "r", "m1", "box", "m1"]) } == ["m1", "r"])
            #expect(try await store.read { try $0.heldSubjects(among: ["x", "a"]) } == [])
            #expect(try await store.read { try $0.heldSubjects(among: []) } == [])
            try await store.write { try $0.remove(holdID: "h1") }
            let still = try await store.read { try $0.isHeld(anyOf: ["m1"]) }
            try await store.write { try $0.remove(holdID: "h2") }
            let after = try await store.read { (try $0.isHeld(anyOf: ["m1"]), try $0.hasHolds(mailboxID: "box")) }
            #expect(still && after == (false, false))
            #expect(try await store.read { try $0.heldSubjects(among: ["m1"]) } == [])
        },
        Case("what is held stays in the trash, and what is not goes") { store in
            try await store.write { writer in
                for (id, account, mailbox) in [("m1", "a", "x"), ("m2", "a", "x"), ("m3", "a", "y"), ("m4", "b", "z"), ("m5", "c", "w")] {
                    _ = try writer.insert(message(id, account: account, mailbox: mailbox))
                    try writer.remove(messageID: id, at: now, physically: false)
                }
                for account in ["a", "c"] {
                    _ = try writer.insert(document("d" + account, account: account))
                    try writer.remove(documentID: "d" + account, at: now, physically: false)
                }
                _ = try writer.insert(hold("h1", "m1", mailbox: "x"))
                _ = try writer.insert(hold("h2", on: .mailbox, "y", mailbox: "y"))
                _ = try writer.insert(hold("h3", on: .account, "b", account: "b"))
            }
            let gone = try await store.write { try $0.purge(removedBefore: now.advanced(by: 1), limit: 10) }
            let left = try await store.read { reader in
                try ["m1", "m2", "m3", "m4", "m5"].filter { try reader.removedMessage(id: $0) != nil }
                    + ["da", "dc"].filter { try reader.removedDocument(id: $0) != nil }
            }
            #expect(gone.count == 3)
            #expect(left == ["m1", "m3", "m4", "da"])
            try await store.write { writer in
                for id in ["h1", "h2", "h3"] { try writer.remove(holdID: id) }
            }
            let rest = try await store.write { try $0.purge(removedBefore: now.advanced(by: 1), limit: 10) }
            #expect(rest.count == 4)
        },
        Case("events that are dropped by their serials are not told any more") { store in
            try await store.write { writer in
                for number in 0..<3 {
                    try writer.append(Event(id: "e\(number)", kind: .messageStored, accountID: "a", subjectID: "m\(number)", created: now))
                }
            }
            let all = try await store.read { try $0.events(after: 0, limit: 10) }
            try await store.write { try $0.remove(eventSerials: [all[0].serial, all[2].serial, all[2].serial + 99]) }
            let left = try await store.read { (try $0.events(after: 0, limit: 10).map(\.id), try $0.unplannedEvents(limit: 10).map(\.id)) }
            #expect(left.0 == ["e1"] && left.1 == ["e1"])
        },
        Case("a message knows when it was stored, whatever happens to it") { store in
            _ = try await store.write { try $0.insert(message("m", at: 5)) }
            try await store.write { writer in
                guard var changed = try writer.message(id: "m") else { throw StoreError.failed("not there") }
                changed.modified = now.advanced(by: 50)
                changed.folder = .saved
                try writer.update(changed)
            }
            let found = try await store.read { try $0.message(id: "m") }
            #expect(found?.stored == now && found?.modified == now.advanced(by: 50))
        },
    ]
}
