/// How many failed logins lock, and for how long after the last of them.
public struct LoginRule: Sendable, Hashable {
    public var maximumFailures: Int
    public var lockSeconds: Int

    public init(maximumFailures: Int, lockSeconds: Int) {
        self.maximumFailures = maximumFailures
        self.lockSeconds = lockSeconds
    }

    func locks(_ count: LoginCount, at now: Timestamp) -> Bool {
        count.failures >= maximumFailures && now < count.last.advanced(by: lockSeconds)
    }
}

/// The rules that failed logins are counted by.
public struct LoginRules: Sendable, Hashable {
    /// Of sources: each interface has its own, over one count.
    public var sources: [LoginRule]
    /// Of one login, wherever its failures come from.
    public var login: LoginRule
    /// Of an account as a whole. A success of one user says nothing about guesses at another, so nothing but time resets this count.
    public var account: LoginRule
    /// Of one mailbox's PIN, wherever failures come from.
    public var mailbox: LoginRule

    /// Seconds after which failures are no longer in a row with new ones.
    public static let memory = 86_400

    public init(sources: [LoginRule], login: LoginRule, account: LoginRule, mailbox: LoginRule) {
        self.sources = sources
        self.mailbox = mailbox
        self.login = login
        self.account = account
    }

    func of(_ kind: LoginCount.Kind) -> [LoginRule] {
        switch kind {
        case .source: sources
        case .login: [login]
        case .account: [account]
        case .mailbox: [mailbox]
        }
    }

    /// Whether counting starts anew: no interface locks any more what some did lock, or the failures are too long ago. An account's are
    /// counted for as long as it would be locked.
    public func isOver(_ count: LoginCount, at now: Timestamp) -> Bool {
        let rules = of(count.kind)
        let longest = rules.map(\.lockSeconds).max() ?? 0
        if rules.contains(where: { count.failures >= $0.maximumFailures }) { return now >= count.last.advanced(by: longest) }
        return count.kind == .account
            ? now >= count.first.advanced(by: longest) : now >= count.last.advanced(by: Self.memory)
    }

    /// Until when some interface refuses it; nil for not.
    public func lockEnd(of count: LoginCount, at now: Timestamp) -> Timestamp? {
        of(count.kind).filter { $0.locks(count, at: now) }.map { count.last.advanced(by: $0.lockSeconds) }.max()
    }
}
