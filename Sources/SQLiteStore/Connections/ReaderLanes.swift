import GRDB
import NIOConcurrencyHelpers

/// A fixed number of reading connections, each with a thread of its own; callers beyond that wait in order.
///
/// GRDB's pool goes through two more queues for each read and prepares its transaction anew each time, which costs
/// more than reading a page of messages does.
final class ReaderLanes: Sendable {
    typealias Job = @Sendable (Database, RowCache) -> Void

    struct Lane: Sendable {
        let connection: DatabaseQueue
        let cache = RowCache()
    }

    private struct State {
        /// The one used last is at the end, and is used next: its pages are in memory.
        var idle: [Lane]
        var waiting: [Job] = []
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let state: NIOLockedValueBox<State>
    let lanes: [Lane]

    init(_ connections: [DatabaseQueue]) {
        lanes = connections.map { Lane(connection: $0) }
        state = NIOLockedValueBox(State(idle: lanes))
    }

    func enqueue(_ job: @escaping Job) {
        let lane = state.withLockedValue { state in
            let lane = state.idle.popLast()
            if lane == nil { state.waiting.append(job) }
            return lane
        }
        guard let lane else { return }
        // Readers never write: the name is GRDB's for "run this on the connection's thread".
        lane.connection.asyncWriteWithoutTransaction { database in
            job(database, lane.cache)
            while let next = self.next(lane) { next(database, lane.cache) }
        }
    }

    /// Runs `job` on the calling thread, which must be one that may wait.
    /// - Returns: nil when every connection is in use; nothing was run then.
    func runHere<Value>(_ job: (Database, RowCache) -> Value) -> Value? {
        guard let lane = state.withLockedValue({ $0.idle.popLast() }) else { return nil }
        let value = lane.connection.unsafeRead { job($0, lane.cache) }
        if let waiting = next(lane) {
            lane.connection.asyncWriteWithoutTransaction { database in
                waiting(database, lane.cache)
                while let next = self.next(lane) { next(database, lane.cache) }
            }
        }
        return value
    }

    private func next(_ lane: Lane) -> Job? {
        state.withLockedValue { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(lane)
            return nil
        }
    }
}
