import Testing
import Voicemail

extension StoreContract {
    /// Messages in no order of time, some of one second, some in the trash or removed, one in another mailbox.
    private static func scatter(_ store: any VoicemailStore) async throws -> [Message] {
        try await store.write { writer in
            var visible: [Message] = []
            for (index, second) in [5, 1, 3, 3, 9, -4, 3, 7, 5].enumerated() {
                let folder: Folder = index == 3 ? .deleted : index % 2 == 0 ? .new : .saved
                let stored = try writer.insert(message(at: second, folder: folder))
                if folder != .deleted { visible.append(stored) }
            }
            _ = try writer.insert(message(mailbox: "other", at: 2))
            let removed = try writer.insert(message(at: 4))
            try writer.remove(messageID: removed.id, at: now, physically: false)
            return visible.sorted { $0.position < $1.position }
        }
    }

    private static func visible(_ store: any VoicemailStore, offset: Int, limit: Int) async throws -> [Message] {
        try await store.read { reader in
            var found: [Message] = []
            try reader.visibleMessages(mailboxID: "m", offset: offset, limit: limit) {
                found.append($0)
                return true
            }
            return found
        }
    }

    private static func count(_ store: any VoicemailStore, mailbox: String = "m", before position: MessagePosition) async throws -> Int {
        try await store.read { try $0.visibleCount(mailboxID: mailbox, before: position) }
    }

    static let positions = [
        Case("visible messages of an account are counted between two times, both inclusive, in all its mailboxes") { store in
            let all = try await scatter(store)
            let times = all.map(\.timestamp) + [Timestamp(unix: 2)]
            for first in -5...10 {
                for last in -5...10 {
                    let count = try await store.read { try $0.visibleCount(accountID: "a", from: Timestamp(unix: first), to: Timestamp(unix: last)) }
                    #expect(count == times.count { first <= last && (first...last).contains($0.unix) }, "\(first) \(last)")
                }
            }
            let none = try await store.read { try $0.visibleCount(accountID: "nobody", from: Timestamp(unix: -9), to: Timestamp(unix: 9)) }
            #expect(none == 0)
        },
        Case("visible messages come in order of arrival, any stretch of them") { store in
            let all = try await scatter(store)
            for offset in 0...all.count + 1 {
                for limit in [0, 1, 2, all.count, Int.max] {
                    let found = try await visible(store, offset: offset, limit: limit)
                    #expect(found == Array(all.dropFirst(offset).prefix(limit)), "\(offset) \(limit)")
                }
            }
        },
        Case("a stretch that makes no sense is empty, not everything") { store in
            _ = try await scatter(store)
            for (offset, limit) in [(-1, 5), (0, -1), (Int.min, Int.min), (Int.max, Int.max)] {
                let found = try await visible(store, offset: offset, limit: limit)
                #expect(found.isEmpty, "\(offset) \(limit)")
            }
        },
        Case("a message's position is how many visible ones come before it") { store in
            let all = try await scatter(store)
            for (index, message) in all.enumerated() {
                let before = try await count(store, before: message.position)
                #expect(before == index)
            }
            let end = MessagePosition(timestamp: Timestamp(unix: 9), serial: Int.max)
            let whole = try await count(store, before: end)
            #expect(whole == all.count)
            let nobodys = try await count(store, mailbox: "nobody", before: end)
            #expect(nobodys == 0)
        },
        Case("positions close up when a message goes to the trash, and open when it comes back") { store in
            let all = try await scatter(store)
            let second = all[1]
            var trashed = second
            trashed.folder = .deleted
            let inTrash = trashed
            try await store.write { try $0.update(inTrash) }
            let closed = try await visible(store, offset: 1, limit: 1)
            #expect(closed == [all[2]])
            let before = try await count(store, before: all[2].position)
            #expect(before == 1)
            try await store.write { try $0.update(second) }
            let open = try await visible(store, offset: 1, limit: 1)
            #expect(open == [second])
        },
    ]
}
