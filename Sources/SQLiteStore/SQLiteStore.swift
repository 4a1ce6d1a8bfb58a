import Dispatch
import GRDB
import NIOConcurrencyHelpers
import Synchronization
import Threads
import Voicemail
import Waiting

/// The embedded store: one SQLite database in write-ahead-log mode.
///
/// One connection writes and some read, each on a thread of its own, so that nothing blocks the cooperative
/// pool. Several processes may have the same database open: the command line works while the server runs.
/// A commit is synced (`synchronous=FULL`) before its callers hear of it.
public final class SQLiteStore: MaintainedStore {
    public let path: String
    public let options: StoreOptions
    let writer: DatabaseQueue
    let writeTrouble = WriteTrouble()
    let writes: WriteQueue
    let reads: ReaderLanes
    public let eventBell = Bell()
    /// What `beginFilling` has made of `user_version` here.
    let filling = Mutex<Int?>(nil)

    /// Opens or creates the database at `path` and brings its schema up to date. Blocks: call it at start.
    /// - Parameter onCommit: told of every commit how many seconds it took; on the writer's thread, so it must be quick.
    /// - Throws: `StoreOpenError`, `StoreError`.
    public init(path: String, options: StoreOptions = StoreOptions(), onCommit: (@Sendable (_ seconds: Double) -> Void)? = nil) throws {
        self.path = path
        self.options = options
        do {
            writer = try Opening.writer(path, options)
            writes = WriteQueue(writer, options, writeTrouble: writeTrouble, onCommit: onCommit)
            reads = ReaderLanes(try (0..<max(1, options.readers)).map { _ in try Opening.reader(path, options) })
        } catch {
            throw Fault.translate(error, on: nil)
        }
    }

    public func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        if WorkerThreads.shared.isCurrent,
            let result = reads.runHere({ database, cache in Result { try Self.snapshot(of: database, cache, isAbandoned: { Task.isCancelled }, body) } })
        {
            return try result.get()
        }
        // A thread of ours is not in the caller's task.
        let isAbandoned = NIOLockedValueBox(false)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reads.enqueue { database, cache in
                    continuation.resume(
                        with: Result { try Self.snapshot(of: database, cache, isAbandoned: { isAbandoned.withLockedValue { $0 } }, body) })
                }
            }
        } onCancel: {
            isAbandoned.withLockedValue { $0 = true }
        }
    }

    public func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await transaction { try body($0) }
    }

    func transaction<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            writes.enqueue(
                WriteQueue.Job(
                    perform: { [eventBell] transaction in
                        let value = try body(transaction)
                        let bell = transaction.hasEvents ? eventBell : nil
                        return {
                            continuation.resume(returning: value)
                            bell?.ring()
                        }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    private static func snapshot<Value>(
        of database: Database, _ cache: RowCache, isAbandoned: @escaping @Sendable () -> Bool, _ body: (Snapshot) throws -> Value
    ) throws -> Value {
        do {
            try database.cachedStatement(sql: "BEGIN DEFERRED TRANSACTION").execute()
            let value: Value
            do {
                value = try body(Snapshot(try Connection(database, inTransaction: false), cache: cache, isAbandoned: isAbandoned))
            } catch {
                if database.isInsideTransaction { try database.rollback() }
                throw error
            }
            try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            return value
        } catch {
            throw Fault.translate(error, on: database.sqliteConnection)
        }
    }

    /// Lets go of the pages that the connections keep in memory; they are read again from the system's cache when needed.
    public func releaseMemory() async throws {
        try await onThread { [reads, writer] in
            for connection in reads.lanes.map(\.connection) + [writer] { connection.releaseMemory() }
        }
    }

    /// Lets go of the files once what is running has finished. Anything asked afterwards fails. Blocks.
    /// - Throws: `StoreError`.
    public func close() throws {
        do {
            for lane in reads.lanes { try lane.connection.close() }
            try writer.close()
        } catch {
            throw Fault.translate(error, on: nil)
        }
    }

    /// Runs something that blocks on a thread of its own.
    func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "SQLiteStore.aside").async {
                continuation.resume(
                    with: Result {
                        do { return try body() } catch { throw Fault.translate(error, on: nil) }
                    })
            }
        }
    }
}
