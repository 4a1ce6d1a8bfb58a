/// A directory whose recordings are taken into an account.
public struct WatchedDirectory: Sendable, Hashable {
    /// By id, realm or name.
    public var account: String
    public var path: String

    public init(account: String, path: String) {
        self.account = account
        self.path = path
    }
}

/// How directories are watched, and what becomes of a file that was taken.
public struct WatchSettings: Sendable, Hashable {
    /// Between two looks.
    public var interval: Duration
    /// How long a file must stay as it is to count as complete.
    public var settling: Duration
    /// Where files go that were taken; nil to delete them. On the file system of the watched directory.
    public var done: String?
    /// Where files go that are no recordings; nil to leave them where they are.
    public var refused: String?

    public init(interval: Duration = .seconds(5), settling: Duration = .seconds(10), done: String? = nil, refused: String? = nil) {
        self.interval = interval
        self.settling = settling
        self.done = done
        self.refused = refused
    }
}
