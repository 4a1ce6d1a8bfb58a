import Testing
@testable import Voicemail

/// When failed logins lock, and when counting starts anew.
@Suite struct LoginRuleTests {
    private static let start = Timestamp(unix: 1_000_000)
    private static let rules = LoginRules(
        sources: [LoginRule(maximumFailures: 10, lockSeconds: 300), LoginRule(maximumFailures: 5, lockSeconds: 600)],
        login: LoginRule(maximumFailures: 50, lockSeconds: 900), account: LoginRule(maximumFailures: 100, lockSeconds: 900),
        mailbox: LoginRule(maximumFailures: 10, lockSeconds: 900))

    private func count(_ kind: LoginCount.Kind, _ failures: Int, lasting seconds: Int = 0) -> LoginCount {
        LoginCount(id: "x", kind: kind, label: "", failures: failures, first: Self.start.advanced(by: -seconds), last: Self.start)
    }

    private func isOver(_ kind: LoginCount.Kind, _ failures: Int, lasting: Int = 0, after seconds: Int) -> Bool {
        Self.rules.isOver(count(kind, failures, lasting: lasting), at: Self.start.advanced(by: seconds))
    }

    private func lock(_ kind: LoginCount.Kind, _ failures: Int, after seconds: Int = 0) -> Int? {
        Self.rules.lockEnd(of: count(kind, failures), at: Self.start.advanced(by: seconds)).map { $0.unix - Self.start.unix }
    }

    @Test("Each interface locks a source by its own number, over one count")
    func sources() {
        #expect(lock(.source, 4) == nil)
        #expect(lock(.source, 5) == 600)
        #expect(lock(.source, 10, after: 599) == 600)
        #expect(lock(.source, 10, after: 600) == nil)
        let kazoo = Self.rules.sources[0]
        #expect(!kazoo.locks(count(.source, 9), at: Self.start))
        #expect(kazoo.locks(count(.source, 10), at: Self.start.advanced(by: 299)))
        #expect(!kazoo.locks(count(.source, 10), at: Self.start.advanced(by: 300)))
    }

    @Test("A source's count starts anew when the longest lock of any interface has run out, or a day after")
    func sourcesAnew() {
        #expect(!isOver(.source, 5, after: 599))
        #expect(isOver(.source, 5, after: 600))
        #expect(!isOver(.source, 4, after: 86_399))
        #expect(isOver(.source, 4, after: 86_400))
    }

    @Test("A login's too")
    func logins() {
        #expect(lock(.login, 49) == nil)
        #expect(lock(.login, 50, after: 899) == 900)
        #expect(lock(.login, 50, after: 900) == nil)
        #expect(!isOver(.login, 50, after: 899))
        #expect(isOver(.login, 50, after: 900))
        #expect(!isOver(.login, 49, after: 86_399))
        #expect(isOver(.login, 49, after: 86_400))
    }

    @Test("An account's failures are counted for a time from the first, because nothing else resets them")
    func accounts() {
        #expect(lock(.account, 99) == nil)
        #expect(lock(.account, 100) == 900)
        #expect(!isOver(.account, 99, lasting: 500, after: 399))
        #expect(isOver(.account, 99, lasting: 500, after: 400))
        #expect(!isOver(.account, 100, lasting: 500, after: 899))
        #expect(isOver(.account, 100, lasting: 500, after: 900))
    }
}
