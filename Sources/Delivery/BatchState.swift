import Synchronization
import Voicemail

/// How far a batch has come: what one target is still to be told, and what of it was told and is not written down yet.
final class BatchState: Sendable {
    struct Ended: Sendable {
        let delivery: Delivery
        let end: DeliveryEnd
        /// That its attempt took.
        let seconds: Double
    }

    private struct Lists {
        var left: [Delivery]
        var ended: [Ended] = []
    }

    private let lists: Mutex<Lists>

    init(_ batch: [Delivery]) { lists = Mutex(Lists(left: batch)) }

    /// In order; the one that is being told is the first of them.
    var left: [Delivery] { lists.withLock { $0.left } }

    func removeFirst() { lists.withLock { _ = $0.left.removeFirst() } }
    func remove(_ ids: Set<String>) { lists.withLock { $0.left.removeAll { ids.contains($0.id) } } }

    func add(_ ended: Ended) { lists.withLock { $0.ended.append(ended) } }

    /// What is to be written down, by who has asked.
    func takeEnded() -> [Ended] {
        lists.withLock { lists in
            defer { lists.ended = [] }
            return lists.ended
        }
    }
}
