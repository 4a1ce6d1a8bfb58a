import GRDB
import Synchronization
import Voicemail

/// Groups the transactions of many callers into one commit and one sync.
///
/// A change that comes while a sync is running waits for the next one, together with all others; a lone caller
/// waits for nobody. Each caller has its own savepoint, so that one that throws takes nothing else back.
final class WriteQueue: Sendable {
    struct Job: Sendable {
        /// Does the work and returns how to tell the caller, for when it is durable.
        let perform: @Sendable (Transaction) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var draining = false
    }

    private let state = Mutex(State())
    private let connection: DatabaseQueue
    private let options: StoreOptions
    private let writeTrouble: WriteTrouble
    private let checkpointer: Checkpointer

    private let onCommit: (@Sendable (_ seconds: Double) -> Void)?

    init(_ connection: DatabaseQueue, _ options: StoreOptions, writeTrouble: WriteTrouble, onCommit: (@Sendable (_ seconds: Double) -> Void)? = nil) {
        self.onCommit = onCommit
        self.connection = connection
        self.options = options
        self.writeTrouble = writeTrouble
        checkpointer = Checkpointer(threshold: options.checkpointPages, writeTrouble: writeTrouble)
    }

    func enqueue(_ job: Job) {
        let isFirst = state.withLock { state in
            state.waiting.append(job)
            defer { state.draining = true }
            return !state.draining
        }
        if isFirst { connection.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    /// Callers that have not been taken up, and whether others have.
    var load: (waiting: Int, isBusy: Bool) { state.withLock { ($0.waiting.count, $0.draining) } }

    private func drain(_ database: Database) {
        while let batch = nextBatch() {
            if batch.count == 1 {
                runAlone(batch[0], database)
            } else {
                runTogether(batch, database)
            }
            checkpointer.committed(database, busySeconds: options.busySeconds)
        }
    }

    private func nextBatch() -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.draining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(max(1, options.batchLimit)))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func runAlone(_ job: Job, _ database: Database) {
        do {
            let transaction = Transaction(try begin(database), isShared: false)
            let resume = try job.perform(transaction)
            if let lost = transaction.connection.lost { throw lost }
            try commit(database)
            resume()
        } catch {
            job.fail(rollBack(database, after: error))
        }
    }

    private func runTogether(_ batch: [Job], _ database: Database) {
        var done: [(job: Job, resume: @Sendable () -> Void)] = []
        var large: [Job] = []
        var next = 0
        do {
            let connection = try begin(database)
            while next < batch.count {
                let job = batch[next]
                next += 1
                switch try runInSavepoint(job, connection) {
                case .done(let resume): done.append((job, resume))
                case .failed: break
                case .tooLarge: large.append(job)
                }
            }
        } catch {
            // A savepoint's failure has taken the whole transaction with it. The others may fare better on
            // their own; what has been done in here is undone, so running them again is safe.
            let error = rollBack(database, after: error)
            guard next > 0 else { return batch.forEach { $0.fail(error) } }
            batch[next - 1].fail(error)
            for job in done.map(\.job) + large + batch[next...] { runAlone(job, database) }
            return
        }
        do {
            try commit(database)
            done.forEach { $0.resume() }
        } catch {
            let error = rollBack(database, after: error)
            done.forEach { $0.job.fail(error) }
        }
        large.forEach { runAlone($0, database) }
    }

    private enum Outcome {
        /// With how to tell the caller.
        case done(@Sendable () -> Void)
        /// The caller has been told.
        case failed
        /// Undone; to be run again.
        case tooLarge
    }

    /// - Throws: when the transaction is lost; the job has not been told then.
    private func runInSavepoint(_ job: Job, _ connection: Connection) throws -> Outcome {
        let database = connection.database
        try database.cachedStatement(sql: "SAVEPOINT caller").execute()
        let transaction = Transaction(connection, isShared: true)
        do {
            let resume = try job.perform(transaction)
            if let lost = connection.lost { throw lost }
            if transaction.isTooLarge { throw Transaction.TooLargeToShare() }
            try database.cachedStatement(sql: "RELEASE SAVEPOINT caller").execute()
            return .done(resume)
        } catch {
            if connection.lost != nil { throw error }
            try database.cachedStatement(sql: "ROLLBACK TRANSACTION TO SAVEPOINT caller").execute()
            try database.cachedStatement(sql: "RELEASE SAVEPOINT caller").execute()
            if transaction.isTooLarge { return .tooLarge }
            job.fail(describe(error, database))
            return .failed
        }
    }

    /// IMMEDIATE: waits here, and only here, for a writer of another process.
    private func begin(_ database: Database) throws -> Connection {
        try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
        return try Connection(database, inTransaction: true)
    }

    private func commit(_ database: Database) throws {
        guard let onCommit else { return try database.cachedStatement(sql: "COMMIT TRANSACTION").execute() }
        let start = ContinuousClock.now
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
        onCommit((ContinuousClock.now - start) / .seconds(1))
    }

    private func rollBack(_ database: Database, after error: any Error) -> any Error {
        let described = describe(error, database)
        guard database.isInsideTransaction else { return described }
        do {
            try database.rollback()
            return described
        } catch let second {
            let failure = StoreError.failed("rolling back after \(described) failed: \(describe(second, database))")
            writeTrouble.note(failure)
            return failure
        }
    }

    private func describe(_ error: any Error, _ database: Database) -> any Error {
        let translated = Fault.translate(error, on: database.sqliteConnection)
        if let trouble = translated as? StoreError { writeTrouble.note(trouble) }
        return translated
    }
}
