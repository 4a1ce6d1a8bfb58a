import Testing
import Voicemail

extension StoreContract {
    private static func entry(_ id: String, account: String = "a", texts: [String: String] = [:]) -> AuditEntry {
        AuditEntry(
            id: id, accountID: account, action: .messageRemoved, actor: "kazoo u", subjects: ["m", "box"], details: ["reason": "older than 7 days"],
            created: now, texts: texts)
    }

    private static func batch(_ number: Int, account: String = "a") -> AuditBatch {
        AuditBatch(accountID: account, number: number, count: 1, hash: "h\(number)", created: now)
    }

    static let audit = [
        Case("audit entries are read as they were written, by account, in order, with what stands beside") { store in
            try await store.write { writer in
                try writer.append(entry("e1", texts: ["number": "4711", "address": "192.0.2.1"]))
                try writer.append(entry("e2", account: "b"))
                try writer.append(entry("e3"))
                try writer.append(entry("e4", account: ""))
            }
            let found = try await store.read { reader in
                let all = try reader.auditEntries(accountID: nil, after: 0, limit: 10)
                return (
                    all, try reader.auditEntries(accountID: "a", after: all[0].serial, limit: 10).map(\.id),
                    try reader.auditEntries(accountID: nil, after: 0, limit: 2).map(\.id), try reader.auditedAccount(after: nil),
                    try reader.auditedAccount(after: ""), try reader.auditedAccount(after: "a"), try reader.auditedAccount(after: "b")
                )
            }
            #expect(found.0.map(\.id) == ["e1", "e2", "e3", "e4"] && found.1 == ["e3"] && found.2 == ["e1", "e2"])
            var first = entry("e1", texts: ["number": "4711", "address": "192.0.2.1"])
            first.serial = found.0[0].serial
            #expect(found.0.first == first)
            #expect(found.3 == "" && found.4 == "a" && found.5 == "b" && found.6 == nil)
        },
        Case("entries are sealed in batches by account, of which each number is there once") { store in
            try await store.write { writer in
                for (id, account) in [("e1", "b"), ("e2", "a"), ("e3", "a")] { try writer.append(entry(id, account: account)) }
            }
            let waiting = try await store.read { try $0.unsealedAuditEntries(limit: 10) }
            #expect(waiting.map(\.id) == ["e2", "e3", "e1"])
            try await store.write { writer in
                try writer.seal(batch(1), entries: [waiting[0].serial])
                try writer.seal(batch(2), entries: [waiting[1].serial])
            }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.seal(batch(2), entries: [waiting[2].serial]) } }
            let found = try await store.read { reader in
                (
                    try reader.unsealedAuditEntries(limit: 10).map(\.id), try reader.auditEntries(accountID: "a", batch: 2).map(\.id),
                    try reader.auditEntries(accountID: "a", batch: 0).map(\.id), try reader.lastAuditBatch(accountID: "a"),
                    try reader.lastAuditBatch(accountID: "b"), try reader.auditBatches(accountID: "a", after: 0, limit: 10),
                    try reader.auditBatches(accountID: "a", after: 1, limit: 10).map(\.number)
                )
            }
            #expect(found.0 == ["e1"] && found.1 == ["e3"] && found.2 == [] && found.3 == batch(2) && found.4 == nil)
            #expect(found.5 == [batch(1), batch(2)] && found.6 == [2])
            for taken in [entry("e1"), entry("e1", texts: ["number": "4711"])] {
                await #expect(throws: StoreError.conflict) { try await store.write { try $0.append(taken) } }
            }
        },
        Case("what stands beside an entry can be erased, also of one that is sealed") { store in
            try await store.write { try $0.append(entry("e1", texts: ["number": "4711", "address": "192.0.2.1"])) }
            let serial = try await store.read { try $0.auditEntries(accountID: "a", after: 0, limit: 1)[0].serial }
            try await store.write { writer in
                try writer.seal(batch(1), entries: [serial])
                try writer.keepAuditTexts(["address": "192.0.2.1"], ofEntry: serial)
            }
            let some = try await store.read { try $0.auditEntries(accountID: "a", after: 0, limit: 1)[0].texts }
            try await store.write { try $0.keepAuditTexts([:], ofEntry: serial) }
            let none = try await store.read { try $0.auditEntries(accountID: "a", after: 0, limit: 1)[0] }
            #expect(some == ["address": "192.0.2.1"] && none.texts.isEmpty && none.batch == 1 && none.id == "e1")
        },
    ]
}
