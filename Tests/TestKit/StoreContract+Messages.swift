import Testing
import Voicemail

extension StoreContract {
    static let messages = [
        Case("a message comes back as it was stored") { store in
            let blobID = BlobID()
            let full = Message(
                id: "m", accountID: "a", mailboxID: "box", timestamp: Timestamp(unix: -62_167_219_200), folder: .saved, from: "f@r", to: "t@r",
                callerName: "", callerNumber: "+1", callID: "c", lengthMilliseconds: .max,
                audio: AudioAttachment(blobID: blobID, size: 0, contentType: "audio/x-odd; a=\"b\"", fileName: "../x"),
                transcription: ["result": "success", "text": "hi"], reception: Reception(lost: 3, late: 1, isCutOff: true),
                notices: [Notice(receiver: "a@example.org", outcome: .withdrawn, at: now)], history: ["one", "two"], revision: 3, modified: now)
            let stored = try await store.write { writer in
                try writer.insert(blob(blobID), at: now)
                return try writer.insert(full)
            }
            var expected = full
            expected.serial = stored.serial
            #expect(stored == expected)
            #expect(stored.serial > 0)
            let read = try await store.read { try $0.message(id: "m") }
            #expect(read == stored)
            let listed = try await list(MessageQuery(scope: .mailbox("box")), store)
            #expect(listed == [stored])
        },
        Case("an update replaces everything but the serial") { store in
            let blobID = BlobID()
            let first = try await store.write { try $0.insert(message("m")) }
            var changed = Message(
                id: "m", serial: first.serial, accountID: "a", mailboxID: "elsewhere", timestamp: Timestamp(unix: 5), folder: .saved, from: "", to: "",
                callerName: "n", callerNumber: "2", callID: "d", lengthMilliseconds: 2, history: ["m"], revision: 2, modified: now)
            changed.audio = AudioAttachment(blobID: blobID, size: 7, contentType: "x", fileName: "y")
            changed.transcription = "text"
            try await store.write { [changed] writer in
                try writer.insert(blob(blobID), at: now)
                try writer.update(changed)
            }
            let read = try await store.read { try $0.message(id: "m") }
            #expect(read == changed)
            let there = try await list(MessageQuery(scope: .mailbox("elsewhere")), store)
            #expect(there == [changed])
            let gone = try await store.read { try $0.hasMessages(mailboxID: "m") }
            #expect(!gone)
        },
        Case("an id is taken, a removed message's too") { store in
            _ = try await store.write { try $0.insert(message("m")) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(message("m")) } }
            try await store.write { try $0.remove(messageID: "m", at: now, physically: false) }
            await #expect(throws: StoreError.conflict) { try await store.write { try $0.insert(message("m")) } }
        },
        Case("serials grow with arrival and are never given again") { store in
            let first = try await store.write { writer in try (0..<5).map { try writer.insert(message("m\($0)")).serial } }
            #expect(first == first.sorted())
            try await store.write { try $0.remove(messageID: "m4", at: now, physically: true) }
            let later = try await store.write { try $0.insert(message("m5")).serial }
            #expect(later > (first.last ?? .max))
        },
        Case("a listing is in order of time, then arrival, within its bounds, from any start, in both directions") { store in
            let all = try await store.write { writer in
                try (0..<60).map { number in
                    try writer.insert(
                        message(
                            account: number % 7 == 0 ? "b" : "a", mailbox: number % 4 == 0 ? "other" : "m", at: [3, 1, 2, 2, 2, 9][number % 6],
                            folder: Folder.allCases[number % 3]))
                }
            }
            let starts: [MessagePosition?] =
                [nil] + all.map(\.position)
                + [(0, 0), (2, 0), (2, .max), (2, .min), (5, 7), (99, 1), (.max, .max), (.min, .min)].map {
                    MessagePosition(timestamp: Timestamp(unix: $0.0), serial: $0.1)
                }
            let bounds: [(Int?, Int?)] = [(nil, nil), (2, nil), (nil, 2), (2, 2), (1, 3), (4, 8), (9, 1)]
            for scope in [MessageQuery.Scope.mailbox("m"), .account("a"), .account("b"), .mailbox("none")] {
                for folder in [nil] + Folder.allCases {
                    for (from, to) in bounds {
                        for ascending in [true, false] {
                            let queries = starts.map {
                                MessageQuery(
                                    scope: scope, from: from.map(Timestamp.init(unix:)), to: to.map(Timestamp.init(unix:)), start: $0, ascending: ascending,
                                    folder: folder)
                            }
                            let listed = try await store.read { reader in
                                try queries.map { query in
                                    var found: [Message] = []
                                    try reader.messages(query) {
                                        found.append($0)
                                        return true
                                    }
                                    return found
                                }
                            }
                            for (query, found) in zip(queries, listed) { #expect(found == expected(query, of: all), "\(query)") }
                        }
                    }
                }
            }
        },
        Case("a listing ends at its limit, or when its visitor says so") { store in
            try await store.write { writer in for number in 0..<20 { _ = try writer.insert(message(at: number / 6)) } }
            let all = try await list(MessageQuery(scope: .mailbox("m"), ascending: true), store)
            for limit in [0, 1, 5, 6, 7, 19, 20, 21] {
                for start in [0, 4, 7] {
                    let page = try await list(MessageQuery(scope: .mailbox("m"), start: all[start].position, ascending: true, limit: limit), store)
                    #expect(page == Array(all[start...].prefix(limit)))
                }
            }
            let visited = try await store.read { reader in
                var visited = 0
                try reader.messages(MessageQuery(scope: .mailbox("m"), start: all[8].position)) { _ in
                    visited += 1
                    return visited < 4
                }
                return visited
            }
            #expect(visited == 4)
        },
        Case("who has heard a message is kept") { store in
            var one = message("m")
            one.readers = ["x", "y\u{0}"]
            try await store.write { [one] in _ = try $0.insert(one) }
            let read = try await store.read { try $0.message(id: "m")?.readers }
            #expect(read == ["x", "y\u{0}"])
            one.readers = []
            try await store.write { [one] in try $0.update(one) }
            let cleared = try await store.read { try $0.message(id: "m")?.readers }
            #expect(cleared == [])
        },
    ]

    static func expected(_ query: MessageQuery, of all: [Message]) -> [Message] {
        let sorted = all.filter { message in
            switch query.scope {
            case .mailbox(let id): guard message.mailboxID == id else { return false }
            case .account(let id): guard message.accountID == id else { return false }
            }
            if let from = query.from, message.timestamp < from { return false }
            if let to = query.to, message.timestamp > to { return false }
            if let folder = query.folder, message.folder != folder { return false }
            if let start = query.start, query.ascending ? message.position < start : message.position > start { return false }
            return true
        }.sorted { $0.position < $1.position }
        let ordered = query.ascending ? sorted : sorted.reversed()
        return query.limit.map { Array(ordered.prefix($0)) } ?? ordered
    }
}
