import Testing
import Voicemail

extension StoreContract {
    /// The tally counted from the messages themselves.
    static func counted(_ mailbox: String, _ cutoff: Timestamp, _ store: any VoicemailStore) async throws -> Tally {
        let messages = try await list(MessageQuery(scope: .mailbox(mailbox), from: cutoff), store)
        return Tally(new: messages.count { $0.folder == .new }, saved: messages.count { $0.folder == .saved })
    }

    static let tallies = [
        Case("a tally counts what is neither in the trash nor too old") { store in
            try await store.write { writer in
                for (at, folder) in [(10, Folder.new), (10, .saved), (10, .deleted), (9, .new), (9, .saved), (9, .saved), (8, .new)] {
                    _ = try writer.insert(message(at: at, folder: folder))
                }
                _ = try writer.insert(message(mailbox: "other", at: 10))
            }
            for (cutoff, expected) in [
                (0, Tally(new: 3, saved: 3)), (8, Tally(new: 3, saved: 3)), (9, Tally(new: 2, saved: 3)), (10, Tally(new: 1, saved: 1)), (11, Tally()),
            ] {
                let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: Timestamp(unix: cutoff)) }
                #expect(tally == expected)
            }
            let none = try await store.read { try $0.tally(mailboxID: "none", cutoff: longAgo) }
            #expect(none == Tally())
        },
        Case("retiring changes no tally, in whatever steps, and neither does a later or an earlier cutoff") { store in
            try await store.write { writer in
                for number in 0..<40 {
                    _ = try writer.insert(message(mailbox: "m\(number % 3)", at: number, folder: Folder.allCases[number % 3 == 0 ? number % 2 : number % 3]))
                }
                for number in 0..<5 { _ = try writer.insert(message(account: "b", mailbox: "b", at: number)) }
            }
            for cutoff in [Timestamp(unix: 20), Timestamp(unix: 39), Timestamp(unix: 5), Timestamp(unix: 100), Timestamp(unix: 0)] {
                var changed = 0
                repeat {
                    changed = try await store.write { try $0.retire(accountID: "a", cutoff: cutoff, limit: 7) }
                    #expect(changed <= 7)
                    for mailbox in ["m0", "m1", "m2", "b"] {
                        for asked in [cutoff, Timestamp(unix: 13), Timestamp(unix: 50)] {
                            let tally = try await store.read { try $0.tally(mailboxID: mailbox, cutoff: asked) }
                            let real = try await counted(mailbox, asked, store)
                            #expect(tally == real)
                        }
                    }
                } while changed > 0
            }
        },
        Case("retiring nothing changes nothing") { store in
            _ = try await store.write { try $0.insert(message(at: 10)) }
            let changes = try await store.write { writer in
                try [10, 11, 11, 10, 10].map { try writer.retire(accountID: "a", cutoff: Timestamp(unix: $0), limit: 100) }
            }
            #expect(changes == [0, 1, 0, 1, 0])
            let foreign = try await store.write { try $0.retire(accountID: "b", cutoff: Timestamp(unix: 99), limit: 100) }
            #expect(foreign == 0)
        },
        Case("accounts of which something is to be retired, or to be taken back, are found together, each with its cutoff") { store in
            try await store.write { writer in
                _ = try writer.insert(message(at: 10))
                _ = try writer.insert(message(at: 5, folder: .deleted))
                for account in ["b", "c"] { _ = try writer.insert(message(account: account, mailbox: "of " + account, at: 20, folder: .saved)) }
            }
            func found(_ cutoffs: [(String, Int)]) async throws -> Set<String> {
                let wanted = cutoffs.map { (accountID: $0.0, cutoff: Timestamp(unix: $0.1)) }
                return try await store.read { try $0.accountsToRetire(wanted) }
            }
            #expect(try await found([("a", 10), ("b", 20), ("none", 99)]) == [])
            #expect(try await found([("a", 11), ("b", 20), ("c", 21)]) == ["a", "c"])
            _ = try await store.write { try $0.retire(accountID: "a", cutoff: Timestamp(unix: 11), limit: 9) }
            #expect(try await found([("a", 11), ("b", 21)]) == ["b"])
            #expect(try await found([("a", 10)]) == ["a"])
            #expect(try await found([]) == [])
        },
        Case("tallies stay true under any sequence of changes") { store in
            var random = SeededRandom(seed: 20_160_511)
            var ids: [String] = []
            for round in 0..<60 {
                let plan = (0..<8).map { _ in
                    (UInt64.random(in: 0..<10, using: &random), Int.random(in: 0..<1000, using: &random), Int.random(in: 0..<1000, using: &random))
                }
                let known = ids
                ids += try await store.write { writer in
                    var added: [String] = []
                    for (action, pick, value) in plan {
                        let id = known.isEmpty ? "" : known[pick % known.count]
                        let existing = try writer.message(id: id)
                        switch action {
                        case 0...4:
                            let new = message(account: "a", mailbox: "m\(value % 2)", at: value % 30, folder: Folder.allCases[value % 3])
                            _ = try writer.insert(new)
                            added.append(new.id)
                        case 5, 6:
                            guard var changed = existing else { continue }
                            changed.folder = Folder.allCases[value % 3]
                            try writer.update(changed)
                        case 7:
                            guard let old = existing else { continue }
                            try writer.update(message(old.id, mailbox: "m\(value % 2)", at: value % 30, folder: old.folder))
                        case 8: try writer.remove(messageID: id, at: now, physically: value % 2 == 0)
                        default: _ = try writer.retire(accountID: "a", cutoff: Timestamp(unix: value % 30), limit: 1 + value % 5)
                        }
                    }
                    return added
                }
                for mailbox in ["m0", "m1"] {
                    let cutoff = Timestamp(unix: round % 31)
                    let tally = try await store.read { try $0.tally(mailboxID: mailbox, cutoff: cutoff) }
                    let real = try await counted(mailbox, cutoff, store)
                    #expect(tally == real)
                }
            }
            #expect(ids.count > 100)
        },
    ]
}
