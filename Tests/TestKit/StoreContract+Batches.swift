import Testing
import Voicemail

extension StoreContract {
    /// A document of everything that documents have beside their attributes.
    private static func labelled(_ id: String, _ label: String?, lookup: String? = nil, account: String = "a") -> StoredDocument {
        var document = document(id, account: account, lookup: lookup)
        document.label = label
        return document
    }

    static let batches = [
        Case("a label and a secret come back byte by byte, and go") { store in
            var document = document("d")
            document.label = "0\u{0}7"
            document.secret = SealedText(bytes: [0, 255, 0, 128])
            let stored = try await store.write { [document] in try $0.insert(document) }
            #expect(try await store.read { try $0.document(id: "d") } == stored)
            #expect(try await store.read { try $0.document(id: "d", attributes: []) }?.secret == document.secret)
            var plain = stored
            (plain.label, plain.secret) = (nil, SealedText(bytes: []))
            try await store.write { [plain] in try $0.update(plain) }
            #expect(try await store.read { try $0.document(id: "d") } == plain)
            plain.secret = nil
            try await store.write { [plain] in try $0.update(plain) }
            #expect(try await store.read { try $0.document(id: "d") } == plain)
        },
        Case("documents are read together in the order asked; who is not there is left out") { store in
            try await store.write { writer in for id in ["one", "two", "three"] { _ = try writer.insert(document(id)) } }
            try await store.write { try $0.remove(documentID: "two", at: now, physically: false) }
            let found = try await store.read { try $0.documents(ids: ["three", "none", "two", "one", "three"], attributes: nil) }
            #expect(found.map(\.id) == ["three", "one", "three"])
            let part = try await store.read { try $0.documents(ids: ["one"], attributes: []) }
            #expect(part.first?.attributes == [:] && part.first?.isPartial == true)
            #expect(try await store.read { try $0.documents(ids: [], attributes: nil) } == [])
        },
        Case("messages are read together in the order asked; who is not there is left out") { store in
            let stored = try await store.write { writer in try ["one", "two", "three"].map { try writer.insert(message($0, mailbox: "box of " + $0)) } }
            try await store.write { try $0.remove(messageID: "two", at: now, physically: false) }
            let (one, three) = (stored[0], stored[2])
            #expect(try await store.read { try $0.messages(ids: ["three", "none", "two", "one", "three"]) } == [three, one, three])
            #expect(try await store.read { try $0.messages(ids: []) } == [])
            #expect(try await store.read { try $0.messages(ids: (0..<2000).map { "none\($0)" } + ["one"]) } == [one])
            // What the transaction itself has done is seen.
            let fresh = try await store.write { writer in
                var changed = one
                changed.folder = .saved
                try writer.update(changed)
                try writer.remove(messageID: "three", at: now, physically: false)
                let fresh = try writer.insert(message("four"))
                return (fresh, try writer.messages(ids: ["four", "three", "one"]))
            }
            #expect(fresh.1.map(\.id) == ["four", "one"] && fresh.1.first == fresh.0 && fresh.1.last?.folder == .saved)
        },
        Case("documents are read together by serial in the order asked; who is not there is left out") { store in
            let stored = try await store.write { writer in try ["one", "two", "three"].map { try writer.insert(document($0)) } }
            try await store.write { try $0.remove(documentID: "two", at: now, physically: false) }
            let (one, two, three) = (stored[0].serial, stored[1].serial, stored[2].serial)
            let found = try await store.read { try $0.documents(serials: [three, .max, two, -1, one, three], attributes: nil) }
            #expect(found.map(\.id) == ["three", "one", "three"] && found[1] == stored[0])
            let part = try await store.read { try $0.documents(serials: [one], attributes: []) }
            #expect(part.first?.attributes == [:] && part.first?.isPartial == true)
            #expect(try await store.read { try $0.documents(serials: [], attributes: nil) } == [])
            // What the transaction itself has done is seen.
            let fresh = try await store.write { writer in
                let fresh = try writer.insert(document("four"))
                try writer.remove(documentID: "one", at: now, physically: false)
                return try writer.documents(serials: [fresh.serial, one], attributes: nil)
            }
            #expect(fresh.map(\.id) == ["four"])
        },
        Case("documents are read together by their keys in the order asked, those of one kind and scope") { store in
            @Sendable func keyed(_ id: String, _ key: String, kind: DocumentKind = .mailbox, scope: String = "a") -> StoredDocument {
                StoredDocument(id: id, kind: kind, accountID: "a", name: id, key: key, scope: scope, attributes: ["x": 1], created: now)
            }
            try await store.write { writer in
                for document in [
                    keyed("one", "k1"), keyed("two", "k2"), keyed("three", "k\u{0}3"), keyed("user", "k4", kind: .user), keyed("else", "k5", scope: "b"),
                ] {
                    _ = try writer.insert(document)
                }
                try writer.remove(documentID: "two", at: now, physically: false)
            }
            func found(_ keys: [String], _ attributes: Set<String>?) async throws -> [StoredDocument] {
                try await store.read { try $0.documents(kind: .mailbox, scope: "a", keys: keys, attributes: attributes) }
            }
            let all = try await found(["k\u{0}3", "none", "k2", "k4", "k5", "k1", "k1"], nil)
            #expect(all.map(\.id) == ["three", "one", "one"] && all.allSatisfy { $0.attributes == ["x": 1] })
            let part = try await found(["k1"], [])
            #expect(part.first?.attributes == [:] && part.first?.isPartial == true)
            #expect(try await found([], nil) == [])
        },
        Case("a directory has the labels of one kind, account and lookup") { store in
            let stored = try await store.write { writer in
                try [
                    labelled("one", "1"), labelled("two", "02"), labelled("none", nil), labelled("group", "3", lookup: "g"),
                    labelled("else", "4", account: "b"),
                ].map { try writer.insert($0) }
            }
            func labels(_ lookup: String?) async throws -> [LabelledDocument] {
                try await store.read { try $0.labels(kind: .mailbox, accountID: "a", lookup: lookup) }.sorted { $0.serial < $1.serial }
            }
            #expect(
                try await labels(nil) == [
                    LabelledDocument(id: "one", serial: stored[0].serial, label: "1"), LabelledDocument(id: "two", serial: stored[1].serial, label: "02"),
                ])
            #expect(try await labels("g").map(\.id) == ["group"])
            #expect(try await labels("h") == [])
            try await store.write { try $0.remove(documentID: "one", at: now, physically: false) }
            #expect(try await labels(nil).map(\.id) == ["two"])
        },
        Case("documents are counted by kind, with a lookup and without, and every change of any is noticed") { store in
            func counts() async throws -> [Int] {
                try await store.read { reader in
                    try [
                        reader.documentCount(kind: .mailbox, accountID: "a", hasLookup: false),
                        reader.documentCount(kind: .mailbox, accountID: "a", hasLookup: true),
                        reader.documentCount(kind: .user, accountID: "a", hasLookup: false),
                    ]
                }
            }
            let changes = { try await store.read { try $0.documentChanges(kind: .mailbox, accountID: "a") } }
            #expect(try await counts() == [0, 0, 0])
            var seen = Set([try await changes()])
            func isNoticed() async throws -> Bool { seen.insert(try await changes()).inserted }
            try await store.write { writer in for id in ["one", "two"] { _ = try writer.insert(document(id)) } }
            let isInsertionNoticed = try await isNoticed()
            #expect(isInsertionNoticed)
            _ = try await store.write { try $0.insert(document("user", kind: .user)) }
            _ = try await store.write { try $0.insert(document("elsewhere", account: "b")) }
            let isOtherNoticed = try await isNoticed()
            #expect(!isOtherNoticed)
            #expect(try await counts() == [2, 0, 1])
            try await store.write { try $0.update(document("one", lookup: "g")) }
            let isUpdateNoticed = try await isNoticed()
            #expect(isUpdateNoticed)
            #expect(try await counts() == [1, 1, 1])
            try await store.write { try $0.remove(documentID: "one", at: now, physically: false) }
            let isRemovalNoticed = try await isNoticed()
            #expect(isRemovalNoticed)
            #expect(try await counts() == [1, 0, 1])
            try await store.write { try $0.remove(documentID: "two", at: now, physically: true) }
            let isDeletionNoticed = try await isNoticed()
            #expect(isDeletionNoticed)
            #expect(try await counts() == [0, 0, 1])
            #expect(try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 9) } == 1)
            #expect(try await counts() == [0, 0, 0])
        },
        Case("mailboxes are counted together, in the order asked") { store in
            try await store.write { writer in
                _ = try writer.insert(message(mailbox: "one"))
                for _ in 0..<2 { _ = try writer.insert(message(mailbox: "two", folder: .saved)) }
                _ = try writer.insert(message(mailbox: "trash", folder: .deleted))
            }
            let boxes = ["two", "none", "trash", "one", "two"]
            let tallies = try await store.read { try $0.tallies(mailboxIDs: boxes, cutoff: longAgo) }
            #expect(tallies == [Tally(saved: 2), Tally(), Tally(), Tally(new: 1), Tally(saved: 2)])
            #expect(try await store.read { try $0.mailboxesWithMessages(among: boxes) } == ["one", "two", "trash"])
            #expect(try await store.read { try $0.mailboxesWithMessages(among: []) } == [])
        },
        Case("a visitor who asks for more is refused; afterwards everything may be asked") { store in
            try await store.write { writer in
                for id in ["one", "two"] { _ = try writer.insert(document(id)) }
                _ = try writer.insert(message())
            }
            await #expect(throws: StoreError.self) {
                try await store.read { try $0.asks { reader in try reader.document(id: "one") != nil } }
            }
            await #expect(throws: StoreError.self) {
                try await store.write { try $0.asks { reader in try reader.tallies(mailboxIDs: ["m"], cutoff: longAgo) == [] } }
            }
            let found = try await store.read { reader in
                var ids: [String] = []
                try reader.documents(DocumentQuery(kind: .mailbox)) {
                    ids.append($0.id)
                    return false
                }
                return try reader.documents(ids: ids, attributes: nil).count
            }
            #expect(found == 1)
        },
    ]
}

extension StoreReader {
    /// Asks within a visit.
    fileprivate func asks(_ question: (Self) throws -> Bool) throws {
        try documents(DocumentQuery(kind: .mailbox)) { _ in try question(self) }
    }
}
