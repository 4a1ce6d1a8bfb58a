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

    private static func days(_ store: any VoicemailStore, account: String = "a", from: Int, to: Int, ascending: Bool) async throws -> [CountedDay] {
        try await store.read { reader in
            var found: [CountedDay] = []
            try reader.visibleDays(accountID: account, from: Timestamp(unix: from), to: Timestamp(unix: to), ascending: ascending) {
                found.append($0)
                return true
            }
            return found
        }
    }

    /// Compares every listing of days with what counting the messages gives. A day that the bounds cut may be left with none.
    private static func compareDays(_ messages: [Message], _ store: any VoicemailStore) async throws {
        let bounds = [-200_000, -86_400, -1, 0, 1, 86_399, 86_400, 500_000]
        for (from, to) in bounds.flatMap({ from in bounds.map { (from, $0) } }) {
            for ascending in [true, false] {
                let times = messages.filter { $0.folder != .deleted && from <= $0.timestamp.unix && $0.timestamp.unix <= to }.map(\.timestamp)
                let expected = Dictionary(grouping: times, by: CountedDay.number).map { CountedDay(day: $0.key, count: $0.value.count) }
                let found = try await days(store, from: from, to: to, ascending: ascending)
                #expect(found.filter { $0.count > 0 } == expected.sorted { ($0.day < $1.day) == ascending }, "\(from) \(to)")
            }
        }
    }

    static let positions = [
        Case("visible messages of an account are counted by day between two times, both inclusive, in all its mailboxes, both ways") { store in
            let day = 86_400
            let seconds = [-day - 1, -day, -1, 0, 1, day - 1, day, day, day + 1, 3 * day]
            var messages = try await store.write { writer in
                try seconds.enumerated().map { try writer.insert(message(mailbox: $0.offset % 2 == 0 ? "m" : "other", at: $0.element)) }
            }
            try await compareDays(messages, store)
            // Whatever takes a message out of sight, or moves it, is counted.
            for change in 0..<5 {
                var changed = messages[change]
                switch change {
                case 0: changed.folder = .deleted
                case 1: changed.folder = .saved
                case 2: changed = message(changed.id, mailbox: changed.mailboxID, at: 5 * day)
                default: break
                }
                let kept = changed
                try await store.write { writer in
                    switch change {
                    case 3: try writer.remove(messageID: kept.id, at: now, physically: false)
                    case 4: try writer.remove(messageID: kept.id, at: now, physically: true)
                    default: try writer.update(kept)
                    }
                }
                messages[change] = kept
                if change > 2 { messages[change].folder = .deleted }
                try await compareDays(messages, store)
            }
            messages[0].folder = .new
            let back = messages[0]
            try await store.write { try $0.update(back) }
            try await compareDays(messages, store)
            try await store.write { try $0.removeMessages(mailboxID: "m", at: now) }
            try await compareDays(messages.filter { $0.mailboxID != "m" }, store)
            let none = try await days(store, account: "nobody", from: -9 * day, to: 9 * day, ascending: true)
            #expect(none == [])
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
