import GRDB
import Synchronization
import Voicemail

/// Groups the transactions of many callers into one commit and one sync.
///
/// Whoever comes while a sync is running waits for the next one, together with all others; a lone caller
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
    private let batchLimit: Int
    private let health: Health

    init(_ connection: DatabaseQueue, batchLimit: Int, health: Health) {
        self.connection = connection
        self.batchLimit = max(1, batchLimit)
        self.health = health
    }

    func enqueue(_ job: Job) {
        let isFirst = state.withLock { state in
            state.waiting.append(job)
            defer { state.draining = true }
            return !state.draining
        }
        if isFirst { connection.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    private func drain(_ database: Database) {
        while let batch = nextBatch() {
            if batch.count == 1 {
                runAlone(batch[0], database)
            } else {
                runTogether(batch, database)
            }
        }
    }

    private func nextBatch() -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.draining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(batchLimit))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func runAlone(_ job: Job, _ database: Database) {
        do {
            let transaction = try begin(database)
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
        var next = 0
        do {
            let transaction = try begin(database)
            while next < batch.count {
                let job = batch[next]
                next += 1
                if let resume = try runInSavepoint(job, transaction) { done.append((job, resume)) }
            }
        } catch {
            // A savepoint's failure has taken the whole transaction with it. The others may fare better on
            // their own; what has been done in here is undone, so running them again is safe.
            let error = rollBack(database, after: error)
            guard next > 0 else { return batch.forEach { $0.fail(error) } }
            batch[next - 1].fail(error)
            for job in done.map(\.job) + batch[next...] { runAlone(job, database) }
            return
        }
        do {
            try commit(database)
        } catch {
            let error = rollBack(database, after: error)
            return done.forEach { $0.job.fail(error) }
        }
        done.forEach { $0.resume() }
    }

    /// - Returns: how to tell the caller; nil when the job failed and was told so.
    /// - Throws: when the transaction is lost; the job has not been told then.
    private func runInSavepoint(_ job: Job, _ transaction: Transaction) throws -> (@Sendable () -> Void)? {
        let database = transaction.connection.database
        try database.cachedStatement(sql: "SAVEPOINT caller").execute()
        do {
            let resume = try job.perform(transaction)
            if let lost = transaction.connection.lost { throw lost }
            try database.cachedStatement(sql: "RELEASE SAVEPOINT caller").execute()
            return resume
        } catch {
            if transaction.connection.lost != nil { throw error }
            try database.cachedStatement(sql: "ROLLBACK TRANSACTION TO SAVEPOINT caller").execute()
            try database.cachedStatement(sql: "RELEASE SAVEPOINT caller").execute()
            job.fail(describe(error, database))
            return nil
        }
    }

    /// IMMEDIATE: waits here, and only here, for a writer of another process.
    private func begin(_ database: Database) throws -> Transaction {
        try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
        return Transaction(try Connection(database, inTransaction: true))
    }

    private func commit(_ database: Database) throws {
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
    }

    private func rollBack(_ database: Database, after error: any Error) -> any Error {
        let described = describe(error, database)
        guard database.isInsideTransaction else { return described }
        do {
            try database.rollback()
            return described
        } catch let second {
            let failure = StoreError.failed("rolling back after \(described) failed: \(describe(second, database))")
            health.note(failure)
            return failure
        }
    }

    private func describe(_ error: any Error, _ database: Database) -> any Error {
        let translated = Fault.translate(error, on: database.sqliteConnection)
        if let trouble = translated as? StoreError { health.note(trouble) }
        return translated
    }
}
