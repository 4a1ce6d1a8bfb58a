import Threads

/// How a store uses its machine. The standard values suit a server with one disk.
public struct StoreOptions: Sendable, Hashable {
    /// Connections that read at once: fewer than threads that serve requests; who finds none free waits without one of those.
    public var readers: Int
    /// Transactions that share one sync at most.
    public var batchLimit: Int
    /// Seconds to wait for another process that is writing.
    public var busySeconds: Double
    /// Page cache of the writing connection, in kibibytes. Filled only as it is used.
    public var writerCacheKibibytes: Int
    /// Page cache of each reading connection, in kibibytes.
    public var readerCacheKibibytes: Int
    /// Pages of 4 KiB the write-ahead log collects before they are copied into the database.
    public var checkpointPages: Int
    /// Pages of 4 KiB the database may have; nil for no quota. A write beyond it throws `StoreError.full`.
    public var maximumPages: Int?
    /// Bytes that must be free on the device for the store to call itself available.
    public var reservedBytes: Int
    /// Whether the log and its index stay on disk when the last connection closes. To make them anew takes room that a full
    /// disk does not have, and without them not even reading works.
    public var keepsLog = true
    /// Whether a database is opened that its installation does not live in: by who moves it.
    public var opensWhatMoves = false

    public init(
        readers: Int = WorkerThreads.readers, batchLimit: Int = 128, busySeconds: Double = 10, writerCacheKibibytes: Int = 8192,
        readerCacheKibibytes: Int = 4096, checkpointPages: Int = 4000, maximumPages: Int? = nil, reservedBytes: Int = 16 << 20
    ) {
        self.readers = readers
        self.batchLimit = batchLimit
        self.busySeconds = busySeconds
        self.writerCacheKibibytes = writerCacheKibibytes
        self.readerCacheKibibytes = readerCacheKibibytes
        self.checkpointPages = checkpointPages
        self.maximumPages = maximumPages
        self.reservedBytes = reservedBytes
    }
}
