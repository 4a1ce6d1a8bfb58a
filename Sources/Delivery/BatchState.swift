import Synchronization
import Voicemail
import Waiting

/// How far a batch has come: what is still to be told, and what of it was told and is not written down yet.
final class BatchState: Sendable {
    struct Ended: Sendable {
        let delivery: EndedDelivery
        /// That its attempt took.
        let seconds: Double
    }

    private struct Lists {
        var left: [Delivery]
        var ended: [Ended] = []
        /// The target of the attempt under way, and when that began.
        var current: (target: String, since: ContinuousClock.Instant)?
    }

    private let lists: Mutex<Lists>

    init(_ batch: [Delivery]) { lists = Mutex(Lists(left: batch)) }

    /// In order; the one that is being told is the first of them.
    var left: [Delivery] { lists.withLock { $0.left } }

    /// What is to be told now; nil where nothing is left.
    func next() -> Delivery? {
        lists.withLock { lists in
            lists.current = lists.left.first.map { ($0.target, .now) }
            return lists.left.first
        }
    }

    func remove(_ id: String) { remove([id]) }
    func remove(_ ids: Set<String>) { lists.withLock { $0.left.removeAll { ids.contains($0.id) } } }

    /// - Returns: what was left of the target, which no longer is.
    func take(_ target: String) -> [Delivery] { lists.withLock { Self.take(from: &$0) { $0.target == target } } }

    /// - Returns: what was left of all targets but the one that has been told something for longer than `patience`; nothing where none has.
    func takeOthers(after patience: Duration) -> [Delivery] {
        lists.withLock { lists in
            guard let current = lists.current, ContinuousClock.now - current.since > patience else { return [] }
            return Self.take(from: &lists) { $0.target != current.target }
        }
    }

    private static func take(from lists: inout Lists, _ isTaken: (Delivery) -> Bool) -> [Delivery] {
        let taken = lists.left.filter(isTaken)
        lists.left.removeAll(where: isTaken)
        return taken
    }

    private let writing = ArrivalOrder<Int>()

    /// Has outcomes written down in the order of the attempts, which are listed by it and switch receivers off.
    func inOrder<Value>(_ write: () async -> Value) async -> Value {
        let ticket = writing.enter([0])
        await writing.waitForEarlier(ticket, [0])
        defer { writing.leave(ticket, [0]) }
        return await write()
    }

    func add(_ ended: Ended) { lists.withLock { $0.ended.append(ended) } }

    /// What is to be written down, by who has asked.
    func takeEnded() -> [Ended] {
        lists.withLock { lists in
            defer { lists.ended = [] }
            return lists.ended
        }
    }
}
