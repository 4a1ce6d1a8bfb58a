/// A store that can be looked into, set right and copied while others use it: what operators need of one, beside what the domain needs.
public protocol MaintainedStore: VoicemailStore {
    /// Looks for damage in what is stored.
    /// - Returns: what is wrong, one line each, at most about `limit`; empty when all is well.
    func integrityCheck(limit: Int) async throws -> [String]
    /// Compares the kept counters of mailboxes with the messages themselves.
    /// - Returns: mailboxes that differ, at most `limit`.
    func recount(limit: Int) async throws -> [TallyDifference]
    /// Compares the kept counters of accounts with what they count.
    /// - Returns: counters that differ, at most `limit` of each kind.
    func recountAccounts(limit: Int) async throws -> [CounterDifference]
    /// Sets wrong counters right.
    /// - Returns: how many were wrong.
    func repairTallies() async throws -> Int
    /// How much there is, and what waits.
    func census() async throws -> Census
    /// Copies everything as it is at the beginning of the call to a new file.
    /// - Parameter progress: told how many parts of how many are copied.
    func backup(to destination: String, progress: @escaping @Sendable (_ copied: Int, _ total: Int) -> Void) async throws
    /// Lets go of what is kept in memory for the next request.
    func releaseMemory() async throws
    /// Makes a change, and notes with it under which key secrets are sealed from then on, where processes with another one could open the store.
    /// What it reads holds until it is made: nobody else changes anything meanwhile.
    /// - Parameter mark: tells the key from others, and nothing of it.
    func rekey<Value: Sendable>(_ mark: String, _ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value
    /// Whether secrets are still sealed under the key with this mark.
    func isKeyed(as mark: String) async throws -> Bool
}

extension MaintainedStore {
    public func rekey<Value: Sendable>(_ mark: String, _ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await write(body)
    }

    public func isKeyed(as mark: String) async throws -> Bool { true }

    public func integrityCheck() async throws -> [String] { try await integrityCheck(limit: 100) }
    public func recount() async throws -> [TallyDifference] { try await recount(limit: 1000) }
    public func recountAccounts() async throws -> [CounterDifference] { try await recountAccounts(limit: 1000) }
}

/// An archive that knows how much it holds, and keeps things for the next request.
public protocol MaintainedArchive: AudioArchive {
    /// Counts anew what is stored, as other processes store and remove too.
    func recount() async throws
    /// Lets go of what is kept in memory for the next request.
    func releaseMemory()
}

/// A mailbox whose kept counters are not what its messages add up to.
public struct TallyDifference: Sendable, Hashable {
    public let mailboxID: String
    public let kept: Tally
    public let counted: Tally

    public init(mailboxID: String, kept: Tally, counted: Tally) {
        self.mailboxID = mailboxID
        self.kept = kept
        self.counted = counted
    }
}

/// A kept counter of an account that is not what its rows add up to.
public struct CounterDifference: Sendable, Hashable {
    public struct Count: Sendable, Hashable {
        public let rows: Int
        /// Of audio; nil where bytes are not counted.
        public let bytes: Int?

        public init(rows: Int, bytes: Int?) {
            self.rows = rows
            self.bytes = bytes
        }
    }

    public let accountID: String
    /// What is counted, in words.
    public let subject: String
    public let kept: Count
    public let counted: Count

    public init(accountID: String, subject: String, kept: Count, counted: Count) {
        self.accountID = accountID
        self.subject = subject
        self.kept = kept
        self.counted = counted
    }
}
