import Testing
import Voicemail

extension StoreContract {
    private static func count(_ id: String, _ kind: LoginCount.Kind = .source, failures: Int = 1, last: Int = now.unix) -> LoginCount {
        LoginCount(id: id, kind: kind, label: "", failures: failures, first: longAgo, last: Timestamp(unix: last))
    }

    private static func ids(_ store: any VoicemailStore) async throws -> [String] {
        try await store.read { try $0.loginCounts(after: "", limit: 99).map(\.id) }
    }

    static let logins = [
        Case("a count of failed logins comes back as it was saved, and as it was saved again") { store in
            #expect(try await store.read { try $0.loginCounts(ids: ["x"]) } == [])
            var one = count("x", .login)
            for failures in [1, 2] {
                one.failures = failures
                one.label = "jo\u{0}hn\n\(failures)"
                one.last = one.last.advanced(by: 1)
                try await store.write { [one] in try $0.save(one) }
                let read = try await store.read { try $0.loginCounts(ids: ["x"]) }
                #expect(read == [one])
            }
            #expect(try await ids(store) == ["x"])
            try await store.write { try $0.remove(loginCountID: "x") }
            #expect(try await ids(store) == [])
        },
        Case("several counts are found at once, in the order asked for, and nothing of those that are not there") { store in
            try await store.write { writer in
                for id in ["a", "b", "c"] { try writer.save(count(id, .login)) }
                #expect(try writer.loginCounts(ids: ["c", "nobody", "a"]).map(\.id) == ["c", "a"])
            }
            #expect(try await store.read { try $0.loginCounts(ids: ["b", "A", ""]).map(\.id) } == ["b"])
            #expect(try await store.read { try $0.loginCounts(ids: []) } == [])
        },
        Case("counts are listed by id, page by page") { store in
            try await store.write { writer in
                for id in ["c", "a", "d", "b"] { try writer.save(count(id, id == "d" ? .account : .login)) }
            }
            let first = try await store.read { try $0.loginCounts(after: "", limit: 3) }
            #expect(first.map(\.id) == ["a", "b", "c"])
            let second = try await store.read { try $0.loginCounts(after: "c", limit: 3) }
            #expect(second.map(\.id) == ["d"])
            #expect(second.map(\.kind) == [.account])
        },
        Case("counts go by their last failure") { store in
            try await store.write { writer in
                try writer.save(count("old", last: 9))
                try writer.save(count("edge", last: 10))
                try writer.removeLoginCounts(lastBefore: Timestamp(unix: 10))
            }
            #expect(try await ids(store) == ["edge"])
        },
        Case("of too many counts of a kind the highest stay, then the latest; other kinds stay as they are") { store in
            try await store.write { writer in
                try writer.save(count("high", failures: 9, last: 1))
                for number in 0..<5 { try writer.save(count("low\(number)", last: 10 + number)) }
                try writer.save(count("login", .login))
                try writer.trimLoginCounts(.source, to: 6)
            }
            #expect(try await ids(store).count == 7)
            try await store.write { try $0.trimLoginCounts(.source, to: 3) }
            #expect(try await ids(store) == ["high", "login", "low3", "low4"])
        },
    ]
}
