/// How a store uses a PostgreSQL database.
public struct PostgresOptions: Sendable, Hashable {
    /// `postgresql://…`, or `key=value` pairs as libpq takes them: several hosts, `target_session_attrs`, `sslmode` and the rest are its own.
    public var url: String
    /// Connections; half of them read and half write, one of each at least.
    public var pool: Int
    /// Seconds to wait for a connection.
    public var connectSeconds: Int
    /// Seconds that a statement may take.
    public var statementSeconds: Int
    /// Seconds that a statement waits for a lock.
    public var lockSeconds: Int
    /// Seconds that one who is to be served waits for a free connection.
    public var waitSeconds: Int
    /// Seconds to find out what became of a commit whose connection was lost.
    public var outcomeSeconds: Int

    /// Whether a pooler hands each transaction another of its connections: nothing is prepared then, and each transaction is told how it is treated.
    public var sharesConnections = false
    /// Whether a database is opened that its installation does not live in: by who moves it.
    public var opensWhatMoves = false

    public static let standardPool = 8, standardConnectSeconds = 5, standardStatementSeconds = 30, standardLockSeconds = 10

    public init(
        url: String, pool: Int = standardPool, connectSeconds: Int = standardConnectSeconds, statementSeconds: Int = standardStatementSeconds,
        lockSeconds: Int = standardLockSeconds, waitSeconds: Int = 30, outcomeSeconds: Int = 60
    ) {
        self.url = url
        self.pool = pool
        self.connectSeconds = connectSeconds
        self.statementSeconds = statementSeconds
        self.lockSeconds = lockSeconds
        self.waitSeconds = waitSeconds
        self.outcomeSeconds = outcomeSeconds
    }

    /// What is wrong with an address, in a few words that do not quote it; nil when it will do.
    public static func trouble(with url: String) -> String? {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://"), let address = DatabaseAddress(url) else {
            if let name = DatabaseAddress.unknownSetting(in: url) { return "has \(name) in it, which is no setting of libpq's" }
            return "is no URL such as postgresql://user@host/database"
        }
        if address.settings["password"] != nil { return "has a password in it: put that into a file of libpq's, and passfile=FILE into the URL" }
        guard let target = address.settings["target_session_attrs"], !["read-write", "primary"].contains(target) else { return nil }
        guard target != "any" || address.namesSeveralHosts else { return nil }
        return "has target_session_attrs=\(target) in it, which may lead to a standby: leave it out, or say read-write"
    }

    var writers: Int { max(1, pool / 2) }
    var readers: Int { max(1, pool - writers) }
}
