import Testing
import Voicemail

extension StoreContract {
    static let documents = [
        Case("a document comes back as it was stored, its attributes in order") { store in
            let blobID = BlobID()
            let document = StoredDocument(
                id: "d", kind: .greeting, accountID: "a", name: "Greeting", key: "k", scope: "s", lookup: "l", ownerID: "o",
                attributes: ["zebra": 1, "apple": [true, .null, 1.5, 2.0, -3, "x"], "deep": ["b": ["a": [:]], "e": []], "big": .int(.max)],
                hidden: ["z": "secret", "a": .double(1e300)], blobID: blobID, revision: 7, created: Timestamp(unix: -5),
                modified: Timestamp(unix: 253_402_300_799))
            let stored = try await store.write { writer in
                try writer.insert(blob(blobID), at: now)
                return try writer.insert(document)
            }
            var expected = document
            expected.serial = stored.serial
            #expect(stored == expected)
            #expect(stored.serial > 0)
            let read = try await store.read { try $0.document(id: "d") }
            #expect(read == stored)
            #expect(read.map { Array($0.attributes.keys) } == ["zebra", "apple", "deep", "big"])
        },
        Case("of a document's attributes those are read that are asked for, and a part of one is not stored") { store in
            var whole = document("d", key: "1")
            whole.attributes = [
                "odd \"key\" \\": "x", "name": "Box", "text": "a \"}],{[\\", "list": [1, [2, ["]"]], ["k": "v"]], "mailbox": "1", "empty": "", "none": [:],
                "nothing": .null, "number": -1.5, "yes": true,
            ]
            let stored = try await store.write { [whole] in try $0.insert(whole) }
            let serial = stored.serial
            for keys: Set<String> in [[], ["mailbox"], ["name", "yes"], ["odd \"key\" \\", "list", "unknown"], Set(whole.attributes.keys)] {
                let query = DocumentQuery(kind: .mailbox, accountID: "a", attributes: keys)
                let found = try await store.read { reader in
                    var visited: [StoredDocument?] = []
                    try reader.documents(query) {
                        visited.append($0); return true
                    }
                    return try visited + [
                        reader.document(id: "d", attributes: keys), reader.document(serial: serial, attributes: keys),
                        reader.document(kind: .mailbox, scope: "a", key: "1", attributes: keys),
                    ]
                }
                #expect(found.count == 4)
                for part in found {
                    #expect(part?.attributes == stored.attributes.filter { keys.contains($0.key) })
                    #expect(part?.hidden == stored.hidden && part?.isPartial == true && part?.serial == serial)
                }
            }
            await #expect(throws: StoreError.self) {
                try await store.write { writer in
                    guard let part = try writer.document(id: "d", attributes: ["name"]) else { return }
                    try writer.update(part)
                }
            }
            #expect(try await store.read { try $0.document(id: "d") } == stored)
        },
        Case("an update replaces everything but the serial") { store in
            let first = try await store.write { try $0.insert(document("d", key: "1", lookup: "x", owner: "o")) }
            let changed = try await store.write { writer in
                var changed = StoredDocument(id: "d", kind: .mailbox, accountID: "a", name: "other", key: "2", scope: "a", created: now)
                changed.serial = first.serial
                changed.revision = 9
                try writer.update(changed)
                return changed
            }
            let read = try await store.read { try $0.document(id: "d") }
            #expect(read == changed)
            let byKeys = try await store.read { reader in
                try [reader.document(kind: .mailbox, scope: "a", key: "1")?.id, reader.document(kind: .mailbox, scope: "a", key: "2")?.id]
            }
            #expect(byKeys == [nil, "d"])
        },
        Case("updating what is not there fails") { store in
            await #expect(throws: StoreError.self) { try await store.write { try $0.update(document("d")) } }
            await #expect(throws: StoreError.self) { try await store.write { try $0.update(message("m")) } }
        },
        Case("an id is taken for good, a removed document's too") { store in
            _ = try await store.write { try $0.insert(document("d")) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(document("d", name: "again")) } }
            try await store.write { try $0.remove(documentID: "d", at: now, physically: false) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(document("d", name: "again")) } }
        },
        Case("a key is unique among the living of one kind and scope") { store in
            _ = try await store.write { try $0.insert(document("one", key: "2001")) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(document("two", key: "2001")) } }
            _ = try await store.write { try $0.insert(document("two", account: "b", key: "2001")) }
            _ = try await store.write { try $0.insert(document("three", kind: .user, key: "2001")) }
            _ = try await store.write { try $0.insert(document("four", key: "2002")) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.update(document("four", key: "2001")) } }
            try await store.write { try $0.remove(documentID: "one", at: now, physically: false) }
            _ = try await store.write { try $0.update(document("four", key: "2001")) }
            let holder = try await store.read { try $0.document(kind: .mailbox, scope: "a", key: "2001")?.id }
            #expect(holder == "four")
        },
        Case("documents without a key do not disturb each other") { store in
            for number in 0..<3 { _ = try await store.write { try $0.insert(document("d\(number)")) } }
            let count = try await list(DocumentQuery(kind: .mailbox), store).count
            #expect(count == 3)
        },
        Case("a removed document is nowhere; its serial is not given again") { store in
            let first = try await store.write { try $0.insert(document("d", key: "k", lookup: "l", owner: "o")) }
            try await store.write { try $0.remove(documentID: "d", at: now, physically: false) }
            let found = try await store.read { reader in
                [
                    try reader.document(id: "d"), try reader.document(kind: .mailbox, scope: "a", key: "k"),
                    try reader.documents(kind: .mailbox, lookup: "l", limit: 9).first,
                ].compactMap(\.?.id)
            }
            #expect(found == [])
            for query in [
                DocumentQuery(kind: .mailbox), DocumentQuery(kind: .mailbox, accountID: "a"), DocumentQuery(kind: .mailbox, ownerID: "o"),
            ] {
                let listed = try await list(query, store)
                #expect(listed == [])
            }
            await #expect(throws: StoreError.self) { try await store.write { try $0.update(document("d")) } }
            try await store.write { try $0.remove(documentID: "d", at: now, physically: true) }
            let second = try await store.write { try $0.insert(document("d")) }
            #expect(second.serial > first.serial)
        },
        Case("lookup finds its exact text, oldest first, and no more than the limit") { store in
            for number in 0..<5 { _ = try await store.write { try $0.insert(document("d\(number)", lookup: number == 2 ? "bob" : "bo")) } }
            let found = try await store.read { try $0.documents(kind: .mailbox, lookup: "bo", limit: 3).map(\.id) }
            #expect(found == ["d0", "d1", "d3"])
            let none = try await store.read { try $0.documents(kind: .mailbox, lookup: "b", limit: 3) }
            #expect(none == [])
        },
    ]
}
