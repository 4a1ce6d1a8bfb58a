import Testing
import Voicemail

extension StoreContract {
    static let removal = [
        Case("a removed message is nowhere") { store in
            _ = try await store.write { try $0.insert(message("m")) }
            try await store.write { try $0.remove(messageID: "m", at: now, physically: false) }
            let found = try await store.read { reader in
                (try reader.message(id: "m")?.id, try reader.hasMessages(mailboxID: "m"), try reader.tally(mailboxID: "m", cutoff: longAgo))
            }
            #expect(found == (nil, false, Tally()))
            for query in [
                MessageQuery(scope: .mailbox("m")), MessageQuery(scope: .account("a")), MessageQuery(scope: .mailbox("m"), folder: .new),
                MessageQuery(scope: .mailbox("m"), folder: .deleted), MessageQuery(scope: .account("a"), folder: .deleted),
            ] {
                let listed = try await list(query, store)
                #expect(listed == [])
            }
            await #expect(throws: StoreError.self) { try await store.write { try $0.update(message("m")) } }
        },
        Case("a removed message can be found in the trash, the last removed first, and brought back") { store in
            try await store.write { writer in
                for number in 0..<4 { _ = try writer.insert(message("m\(number)", mailbox: "m\(number % 2)")) }
                try writer.remove(messageID: "m0", at: now, physically: false)
                try writer.remove(messageID: "m1", at: now.advanced(by: 1), physically: false)
                try writer.remove(messageID: "m2", at: now.advanced(by: 1), physically: false)
            }
            func trash(_ query: TrashQuery) async throws -> [RemovedMessage] {
                try await store.read { reader in
                    var found: [RemovedMessage] = []
                    try reader.removedMessages(query) {
                        found.append($0); return true
                    }
                    return found
                }
            }
            let all = try await trash(TrashQuery(scope: .account("a")))
            #expect(all.map(\.message.id) == ["m2", "m1", "m0"])
            #expect(all.map(\.removed) == [now.advanced(by: 1), now.advanced(by: 1), now])
            let second = try await trash(TrashQuery(scope: .account("a"), start: all[1].position)).map(\.message.id)
            #expect(second == ["m1", "m0"])
            let mine = try await trash(TrashQuery(scope: .mailbox("m0"))).map(\.message.id)
            #expect(mine == ["m2", "m0"])
            let none = try await trash(TrashQuery(scope: .account("b")))
            #expect(none == [])
            let looked = try await store.read { (try $0.removedMessage(id: "m0")?.removed, try $0.removedMessage(id: "m3")) }
            #expect(looked.0 == now && looked.1 == nil)
            let several = try await store.read { try $0.removedMessages(ids: ["m1", "m3", "nobody", "m0"]).map(\.message.id) }
            #expect(several == ["m1", "m0"])
            #expect(try await store.read { try $0.removedMessages(ids: []) } == [])

            var back = all[2].message
            back.folder = .saved
            try await store.write { [back] in try $0.restore(back) }
            let found = try await store.read { (try $0.message(id: "m0"), try $0.tally(mailboxID: "m0", cutoff: longAgo), try $0.removedMessage(id: "m0")) }
            #expect(found.0 == back && found.1 == Tally(new: 0, saved: 1) && found.2 == nil)
            await #expect(throws: StoreError.self) { try await store.write { [back] in try $0.restore(back) } }
            try await store.write { _ = try $0.purge(removedBefore: now.advanced(by: 2), limit: 10) }
            let left = try await trash(TrashQuery(scope: .account("a")))
            #expect(left == [])
        },
        Case("a removed document can be found in the trash, the last removed first, and brought back with a key that is free") { store in
            @Sendable func document(_ id: String, key: String?) -> StoredDocument {
                StoredDocument(id: id, kind: .mailbox, accountID: "a", name: id, key: key, scope: "a", attributes: ["name": .string(id)], created: now)
            }
            try await store.write { writer in
                for number in 0..<3 { _ = try writer.insert(document("d\(number)", key: "\(number)")) }
                for number in 0..<3 { try writer.remove(documentID: "d\(number)", at: now.advanced(by: number / 2), physically: false) }
                _ = try writer.insert(document("e", key: "1"))
            }
            func trash(_ kind: DocumentKind = .mailbox, of account: String = "a", from start: MessagePosition? = nil) async throws -> [RemovedDocument] {
                try await store.read { reader in
                    var found: [RemovedDocument] = []
                    try reader.removedDocuments(kind: kind, accountID: account, start: start) {
                        found.append($0); return true
                    }
                    return found
                }
            }
            let all = try await trash()
            #expect(all.map(\.document.id) == ["d2", "d1", "d0"])
            #expect(all.map(\.removed) == [now.advanced(by: 1), now, now])
            let second = try await trash(from: all[1].position).map(\.document.id)
            #expect(second == ["d1", "d0"])
            let others = try await (trash(.user), trash(of: "b"))
            #expect(others.0 == [] && others.1 == [])
            let looked = try await store.read { (try $0.removedDocument(id: "d0")?.removed, try $0.removedDocument(id: "e")) }
            #expect(looked.0 == now && looked.1 == nil)

            await #expect(throws: StoreError.conflict) { try await store.write { try $0.restore(all[1].document) } }
            var back = all[1].document
            back.key = "3"
            back.revision += 1
            let before = try await store.read { try $0.documentChanges(kind: .mailbox, accountID: "a") }
            try await store.write { [back] in try $0.restore(back) }
            let found = try await store.read { reader in
                (try reader.document(id: "d1"), try reader.document(kind: .mailbox, scope: "a", key: "3")?.id, try reader.removedDocument(id: "d1"))
            }
            #expect(found.0 == back && found.1 == "d1" && found.2 == nil)
            let counted = try await store.read {
                (try $0.documentCount(kind: .mailbox, accountID: "a", hasLookup: false), try $0.documentChanges(kind: .mailbox, accountID: "a"))
            }
            #expect(counted.0 == 2 && counted.1 > before)
            await #expect(throws: StoreError.self) { try await store.write { [back] in try $0.restore(back) } }
        },
        Case("what went with a mailbox comes back together, and nothing that went before") { store in
            try await store.write { writer in
                for number in 0..<4 { _ = try writer.insert(message("m\(number)", mailbox: number == 3 ? "n" : "m")) }
                try writer.remove(messageID: "m0", at: now, physically: false)
                try writer.removeMessages(mailboxID: "m", at: now.advanced(by: 1))
                try writer.removeMessages(mailboxID: "n", at: now.advanced(by: 1))
            }
            let later = now.advanced(by: 5)
            let count = try await store.write { try $0.restoreMessages(mailboxID: "m", removedAt: now.advanced(by: 1), to: .saved, now: later) }
            #expect(count == 2)
            let found = try await store.read { reader in
                (
                    try reader.message(id: "m1"), try reader.message(id: "m0")?.id, try reader.message(id: "m3")?.id,
                    try reader.tally(mailboxID: "m", cutoff: longAgo)
                )
            }
            #expect(found.0?.folder == .saved && found.0?.modified == later && found.0?.revision == message("m1").revision + 1)
            #expect(found.1 == nil && found.2 == nil && found.3 == Tally(new: 0, saved: 2))
        },
        Case("a message in the trash is still there, and counted nowhere") { store in
            _ = try await store.write { try $0.insert(message("m", folder: .deleted)) }
            let found = try await store.read { reader in
                (try reader.message(id: "m")?.folder, try reader.hasMessages(mailboxID: "m"), try reader.tally(mailboxID: "m", cutoff: longAgo))
            }
            #expect(found == (.deleted, true, Tally()))
        },
        Case("removing what is not there is no error") { store in
            try await store.write { writer in
                for physically in [true, false] {
                    try writer.remove(messageID: "m", at: now, physically: physically)
                    try writer.remove(documentID: "d", at: now, physically: physically)
                }
                try writer.remove(ticketHash: "t")
                try writer.remove(credentialID: "c")
            }
        },
        Case("removing a mailbox's messages leaves the others") { store in
            try await store.write { writer in
                for number in 0..<6 { _ = try writer.insert(message("m\(number)", mailbox: "m\(number % 2)", folder: .saved)) }
                try writer.removeMessages(mailboxID: "m0", at: now)
            }
            let left = try await list(MessageQuery(scope: .account("a"), ascending: true), store).map(\.id)
            #expect(left == ["m1", "m3", "m5"])
            let tallies = try await store.read { try [$0.tally(mailboxID: "m0", cutoff: longAgo), $0.tally(mailboxID: "m1", cutoff: longAgo)] }
            #expect(tallies == [Tally(), Tally(new: 0, saved: 3)])
        },
        Case("an account's contents are removed a few at a time, and a removed account is known until it is purged") { store in
            try await store.write { writer in
                for account in ["a", "b"] { _ = try writer.insert(document(account, kind: .account, account: account, key: account)) }
                for number in 0..<5 { _ = try writer.insert(message("m\(number)", account: "a")) }
                _ = try writer.insert(document("box", account: "a", key: "1"))
                _ = try writer.insert(message("other", account: "b"))
                try writer.remove(documentID: "a", at: now, physically: false)
            }
            #expect(try await store.read { try $0.removedAccounts() } == ["a"])
            var counts: [Int] = []
            while counts.last != 0 { counts.append(try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 4) }) }
            #expect(counts == [4, 2, 0])
            let left = try await store.read { reader in
                try ["m0", "m4", "other"].map { try reader.message(id: $0) != nil } + [try reader.document(id: "box") != nil]
            }
            #expect(left == [false, false, true, false])
        },
        Case("removing an account's contents leaves the account, and everything of the others") { store in
            try await store.write { writer in
                for account in ["a", "b"] {
                    _ = try writer.insert(document(account, kind: .account, account: account, key: account))
                    _ = try writer.insert(document(account + "-box", account: account, key: "1"))
                    _ = try writer.insert(message(account + "-message", account: account, mailbox: account + "-box"))
                    try writer.insert(Ticket(hash: account + "-token", kind: .key, accountID: account, created: now, expires: now))
                    try writer.insert(Credential(id: account + "-key", kind: .key, accountID: account, name: "", handle: account, verifier: "", created: now))
                }
                #expect(try writer.removeContents(accountID: "a", at: now, limit: 100) == 4)
            }
            for (account, isThere) in [("a", false), ("b", true)] {
                let found = try await store.read { reader in
                    [
                        try reader.document(id: account + "-box") != nil, try reader.message(id: account + "-message") != nil,
                        try reader.ticket(hash: account + "-token") != nil, try reader.credential(id: account + "-key") != nil,
                        try reader.tally(mailboxID: account + "-box", cutoff: longAgo) != Tally(),
                    ]
                }
                #expect(found == Array(repeating: isThere, count: 5))
                let document = try await store.read { try $0.document(id: account)?.id }
                #expect(document == account)
            }
        },
        Case("purging deletes what was removed before, some at a time, and frees its ids and blobs") { store in
            let blobs = (0..<4).map { _ in BlobID() }
            try await store.write { writer in
                for id in blobs { try writer.insert(blob(id), at: now) }
                for number in 0..<3 {
                    _ = try writer.insert(message("m\(number)", blob: blobs[number]))
                    try writer.remove(messageID: "m\(number)", at: Timestamp(unix: 10 + number), physically: false)
                }
                _ = try writer.insert(document("d", blob: blobs[3]))
                try writer.remove(documentID: "d", at: Timestamp(unix: 10), physically: false)
                _ = try writer.insert(message("living", blob: blobs[1]))
            }
            let early = try await store.write { try $0.purge(removedBefore: Timestamp(unix: 10), limit: 9) }
            #expect(early.isEmpty)
            let first = try await store.write { try $0.purge(removedBefore: Timestamp(unix: 12), limit: 2) }
            #expect(first.map(\.id) == ["m0", "m1"] && first.allSatisfy { $0.accountID == "a" })
            let second = try await store.write { try $0.purge(removedBefore: Timestamp(unix: 12), limit: 2) }
            #expect(second.map(\.id) == ["d"])
            let third = try await store.write { try $0.purge(removedBefore: Timestamp(unix: 12), limit: 2) }
            #expect(third.isEmpty)
            let garbage = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(Set(garbage) == [blobs[0], blobs[3]])
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(message("m2")) } }
            try await store.write { writer in
                _ = try writer.insert(message("m0"))
                _ = try writer.insert(document("d"))
            }
        },
    ]
}
