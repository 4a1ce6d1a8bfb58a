import Testing
import Voicemail

extension StoreContract {
    public static func recording(
        _ id: String = HexID.random(), account: String = "a", name: String? = nil, source: String? = nil, at: Int = now.unix,
        caller: String = "1001", callee: String = "2001", blob: BlobID, size: Int = 7
    ) -> Recording {
        Recording(
            id: id, accountID: account, name: name ?? id + ".wav", source: source, started: Timestamp(unix: at), callerNumber: caller,
            callerName: "Ann", calleeNumber: callee, calleeName: "Bob", direction: .inbound, callID: "call", callRecordID: "record-" + id,
            durationMilliseconds: 1200, audio: AudioAttachment(blobID: blob, size: size, contentType: "audio/wav", fileName: "a.wav"), created: now)
    }

    /// Inserts the recording with a blob of its own.
    @discardableResult
    static func add(_ make: (BlobID) -> Recording, _ store: any VoicemailStore) async throws -> Recording {
        let id = BlobID()
        let recording = make(id)
        return try await store.write { writer in
            try writer.insert(blob(id), at: now)
            return try writer.insert(recording)
        }
    }

    static func list(_ query: RecordingQuery, _ store: any VoicemailStore) async throws -> (recordings: [Recording], count: Int) {
        try await store.read { reader in
            var found: [Recording] = []
            try reader.recordings(query) {
                found.append($0)
                return true
            }
            return (found, try reader.recordingCount(query))
        }
    }

    static let recordings = [
        Case("a recording comes back as it was stored, by every one of its names, in its account only") { store in
            let stored = try await add({ recording(name: "n.wav", source: "s\u{0}é.wav", at: -5, blob: $0) }, store)
            #expect(stored.serial > 0)
            let keys: [RecordingKey] = [.id(stored.id), .serial(stored.serial), .name("n.wav"), .source("s\u{0}é.wav"), .callRecord(stored.callRecordID)]
            for key in keys {
                let read = try await store.read { try [$0.recording(key, accountID: "a"), $0.recording(key, accountID: "b")] }
                #expect(read == [stored, nil])
            }
            let unknown = try await store.read { try $0.recording(.name("N.wav"), accountID: "a") }
            #expect(unknown == nil)
        },
        Case("name, source, call record and id of a recording are taken within an account") { store in
            let first = try await add({ recording("one", name: "n", source: "s", blob: $0) }, store)
            let clashes: [@Sendable (BlobID) -> Recording] = [
                { recording("two", name: "n", blob: $0) }, { recording("two", source: "s", blob: $0) }, { recording("one", name: "other", blob: $0) },
            ]
            for clash in clashes {
                await #expect(throws: StoreError.conflict) { try await add(clash, store) }
            }
            try await add({ recording("two", account: "b", name: "n", source: "s", blob: $0) }, store)
            let totals = try await store.read { try [$0.recordingTotals(accountID: "a"), $0.recordingTotals(accountID: "b")] }
            #expect(totals == [RecordingTotals(count: 1, bytes: 7), RecordingTotals(count: 1, bytes: 7)])
            #expect(first.serial > 0)
        },
        Case("a recording holds its blob; removing it frees blob, name and count, and serials are not used again") { store in
            let stored = try await add({ recording("one", name: "n", blob: $0) }, store)
            try await store.write { try $0.release(stored.audio.blobID) }
            let held = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(held == [])
            try await store.write { writer in
                try writer.remove(recordingID: "one")
                try writer.remove(recordingID: "nobody")
            }
            let freed = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(freed == [stored.audio.blobID])
            let totals = try await store.read { try $0.recordingTotals(accountID: "a") }
            #expect(totals == RecordingTotals(count: 0, bytes: 0))
            let next = try await add({ recording("two", name: "n", blob: $0) }, store)
            #expect(next.serial > stored.serial)
        },
        Case("recordings are removed together, each with its audio; who is not there is passed over") { store in
            let stored = [
                try await add({ recording("one", blob: $0) }, store), try await add({ recording("two", blob: $0) }, store),
                try await add({ recording("three", blob: $0) }, store),
            ]
            try await store.write { try $0.remove(recordingIDs: ["three", "nobody", "one", "one"]) }
            try await store.write { try $0.remove(recordingIDs: []) }
            let freed = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(Set(freed) == [stored[0].audio.blobID, stored[2].audio.blobID])
            #expect(try await store.read { try $0.recordingTotals(accountID: "a") } == RecordingTotals(count: 1, bytes: 7))
            #expect(try await store.read { try $0.recording(.id("two"), accountID: "a") } == stored[1])
        },
        Case("an account's recordings go with its contents") { store in
            let stored = try await add({ recording(blob: $0) }, store)
            try await add({ recording(account: "b", blob: $0) }, store)
            _ = try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 100) }
            let left = try await store.read { try [$0.recordingCount(RecordingQuery(accountID: "a")), $0.recordingCount(RecordingQuery(accountID: "b"))] }
            #expect(left == [0, 1])
            let freed = try await store.read { try $0.garbage(dueAt: Timestamp(unix: 2_000_000_000), limit: 9).map(\.id) }
            #expect(freed == [stored.audio.blobID])
        },
        Case("every listing of recordings and its count is what filtering and sorting all of them gives") { store in
            try await compareListings(store)
        },
        Case("a listing of recordings stops when its visitor says so") { store in
            for _ in 0..<5 { try await add({ recording(blob: $0) }, store) }
            let visited = try await store.read { reader in
                var count = 0
                try reader.recordings(RecordingQuery(accountID: "a")) { _ in
                    count += 1
                    return count < 3
                }
                return count
            }
            #expect(visited == 3)
        },
    ]

    /// Days with many, few and no recordings, before 1970 too, in no order; then every kind of query against a model.
    private static func compareListings(_ store: any VoicemailStore) async throws {
        var random = SeededRandom(seed: 7)
        var all: [Recording] = []
        for number in 0..<300 {
            let at = Int.random(in: -6...6, using: &random) * 43_200 + Int.random(in: 0...3, using: &random)
            let caller = "100\(Int.random(in: 1...3, using: &random))", callee = "200\(Int.random(in: 1...3, using: &random))"
            all.append(try await add({ recording(account: number % 10 == 0 ? "b" : "a", at: at, caller: caller, callee: callee, blob: $0) }, store))
        }
        for gone in [3, 77, 150] {
            try await store.write { [id = all[gone].id] in try $0.remove(recordingID: id) }
        }
        let living = all.enumerated().filter { ![3, 77, 150].contains($0.offset) }.map(\.element)
        for _ in 0..<600 {
            let query = randomQuery(of: living, &random)
            let expected = model(query, living)
            let found = try await list(query, store)
            #expect(found.recordings == expected.page, "\(query)")
            #expect(found.count == expected.count, "\(query)")
        }
    }

    private static func randomQuery(of recordings: [Recording], _ random: inout SeededRandom) -> RecordingQuery {
        func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? { Bool.random(using: &random) ? value() : nil }
        var query = RecordingQuery(accountID: ["a", "a", "b", "nobody"].randomElement(using: &random) ?? "a")
        query.from = maybe(Timestamp(unix: Int.random(in: -300_000...300_000, using: &random)))
        query.to = maybe(Timestamp(unix: Int.random(in: -300_000...300_000, using: &random)))
        if Bool.random(using: &random) { query.caller = maybe("1002") }
        if Bool.random(using: &random) { query.callee = maybe("2002") }
        if Int.random(in: 0..<6, using: &random) == 0 {
            query.serials = recordings.filter { _ in Int.random(in: 0..<9, using: &random) == 0 }.map(\.serial) + [999_999]
        }
        if Int.random(in: 0..<4, using: &random) == 0 { query.after = recordings.randomElement(using: &random)?.serial }
        query.order = Bool.random(using: &random) ? .time : .serial
        query.ascending = Bool.random(using: &random)
        query.offset = maybe(Int.random(in: 0...320, using: &random)) ?? 0
        query.limit = maybe(Int.random(in: 0...40, using: &random))
        return query
    }

    private static func model(_ query: RecordingQuery, _ recordings: [Recording]) -> (page: [Recording], count: Int) {
        let matching = recordings.filter { item in
            item.accountID == query.accountID && query.from.map { item.started >= $0 } ?? true && query.to.map { item.started <= $0 } ?? true
                && query.caller.map { item.callerNumber == $0 } ?? true && query.callee.map { item.calleeNumber == $0 } ?? true
                && query.serials.map { $0.contains(item.serial) } ?? true && query.after.map { item.serial > $0 } ?? true
        }
        let sorted = matching.sorted {
            query.order == .serial ? $0.serial < $1.serial : ($0.started, $0.serial) < ($1.started, $1.serial)
        }
        let ordered = query.ascending ? sorted : sorted.reversed()
        return (Array(ordered.dropFirst(query.offset).prefix(query.limit ?? .max)), matching.count)
    }
}
