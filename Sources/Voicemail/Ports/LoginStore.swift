/// Reading the counts of failed logins within a transaction.
public protocol LoginReader {
    /// The counts that there are among these, in the order of `ids`.
    func loginCounts(ids: [String]) throws -> [LoginCount]
    /// Counts in order of id, after the given one, at most `limit`.
    func loginCounts(after id: String, limit: Int) throws -> [LoginCount]
}

/// Changing the counts of failed logins within a transaction.
public protocol LoginWriter: LoginReader {
    /// Adds a count, or replaces the one of the same id.
    func save(_ count: LoginCount) throws
    func remove(loginCountID: String) throws
    func removeLoginCounts(lastBefore: Timestamp) throws
    /// Leaves at most `limit` counts of a kind: those with the most failures, and of these the latest. So nobody gets rid of a high
    /// count by making many low ones.
    func trimLoginCounts(_ kind: LoginCount.Kind, to limit: Int) throws
}
