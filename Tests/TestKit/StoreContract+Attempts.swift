import Testing
import Voicemail

extension StoreContract {
    private static func attempt(_ number: Int, receiver: String = "hook", account: String = "a", status: Int? = 200) -> AttemptRecord {
        AttemptRecord(
            receiverID: receiver, accountID: account, made: Timestamp(unix: number), status: status, isSuccess: status == 200,
            failure: status == nil ? "connection refused \u{0} 😀" : nil, retriesLeft: status == nil ? 2 : 0)
    }

    /// When the attempts of a query were made, in the order in which they are listed.
    private static func times(_ of: AttemptQuery.Of, limit: Int = 99, _ store: any VoicemailStore) async throws -> [Int] {
        try await store.read { try $0.attempts(AttemptQuery(of, limit: limit)).map(\.made.unix) }
    }

    private static func append(_ attempts: [AttemptRecord], _ store: any VoicemailStore) async throws {
        try await store.write { writer in for attempt in attempts { try writer.append(attempt) } }
    }

    static let attempts = [
        Case("attempts are read as they were written, the latest first") { store in
            let written = [attempt(1), attempt(2, status: 404), attempt(3, status: nil)]
            try await append(written, store)
            var read = try await store.read { try $0.attempts(AttemptQuery(.receiver("hook"), limit: 9)) }
            #expect(read.map(\.serial) == read.map(\.serial).sorted(by: >) && read.allSatisfy { $0.serial > 0 })
            for index in read.indices { read[index].serial = 0 }
            #expect(read == written.reversed())
        },
        Case("attempts are found by receiver and by account, and no others are") { store in
            try await append(
                [attempt(1), attempt(2, receiver: "other"), attempt(3, receiver: "foreign", account: "b"), attempt(4)], store)
            #expect(try await times(.receiver("hook"), store) == [4, 1])
            #expect(try await times(.account("a"), store) == [4, 2, 1])
            #expect(try await times(.account("a"), limit: 2, store) == [4, 2])
            #expect(try await times(.account("b"), store) == [3])
            #expect(try await times(.receiver("HOOK"), store) == [])
            #expect(try await times(.account("c"), store) == [])
            #expect(try await times(.receiver("hook"), limit: 0, store) == [])
        },
        Case("those of whom attempts are kept are found a page at a time, each with whether more are kept than some, at the bound and beyond it") { store in
            @Sendable func page(after id: String? = nil, _ most: Int = 0, limit: Int = 99) async throws -> [AttemptedReceiver] {
                try await store.read { try $0.attemptedReceivers(after: id, moreThan: most, limit: limit) }
            }
            @Sendable func receiver(_ id: String, _ hasMore: Bool) -> AttemptedReceiver { AttemptedReceiver(id: id, hasMore: hasMore) }
            #expect(try await page() == [])
            try await append(
                [attempt(1, receiver: "b"), attempt(2, receiver: "a"), attempt(3, receiver: "b"), attempt(4, receiver: "c"), attempt(5, receiver: "b")], store)
            #expect(try await page() == [receiver("a", true), receiver("b", true), receiver("c", true)])
            #expect(try await page(1) == [receiver("a", false), receiver("b", true), receiver("c", false)])
            #expect(try await page(2).map(\.hasMore) == [false, true, false])
            #expect(try await page(3).map(\.hasMore) == [false, false, false])
            #expect(try await page(limit: 0) == [])
            #expect(try await page(limit: 1).map(\.id) == ["a"])
            #expect(try await page(limit: 2).map(\.id) == ["a", "b"])
            #expect(try await page(after: "a", limit: 1).map(\.id) == ["b"])
            #expect(try await page(after: "aa").map(\.id) == ["b", "c"])
            #expect(try await page(after: "c") == [])
        },
        Case("of a receiver's attempts all but the latest go, at the bound and beyond it") { store in
            @Sendable func trim(_ most: Int, limit: Int = 99) async throws -> Int {
                try await store.write { try $0.removeAttempts(ofReceiver: "hook", exceptLatest: most, limit: limit) }
            }
            // Which are the latest is known by their order, not by their clocks.
            try await append([attempt(3), attempt(9, receiver: "other"), attempt(7), attempt(5), attempt(1)], store)
            #expect(try await trim(4) == 0)
            #expect(try await trim(3) == 1)
            #expect(try await times(.receiver("hook"), store) == [1, 5, 7])
            #expect(try await trim(0, limit: 2) == 2)
            #expect(try await times(.receiver("hook"), store).count == 1)
            #expect(try await trim(0, limit: 0) == 0)
            #expect(try await trim(0) == 1)
            #expect(try await times(.receiver("hook"), store) == [])
            #expect(try await times(.receiver("other"), store) == [9])
        },
        Case("attempts go by age, and an account's with its contents") { store in
            try await append((8...11).map { attempt($0) } + [attempt(12, receiver: "foreign", account: "b")], store)
            #expect(try await store.write { try $0.removeAttempts(madeBefore: Timestamp(unix: 10), limit: 1) } == 1)
            #expect(try await store.write { try $0.removeAttempts(madeBefore: Timestamp(unix: 10), limit: 9) } == 1)
            #expect(try await times(.account("a"), store) == [11, 10])
            #expect(try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 1) } == 1)
            #expect(try await times(.account("a"), store).count == 1)
            #expect(try await store.write { try $0.removeContents(accountID: "a", at: now, limit: 9) } == 1)
            #expect(try await times(.account("a"), store) == [])
            #expect(try await times(.account("b"), store) == [12])
        },
    ]
}
