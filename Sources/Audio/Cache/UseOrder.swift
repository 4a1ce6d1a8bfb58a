import NIOCore

/// Keys in the order of their last use.
///
/// Every use goes to the end of a queue; of a key that is used again the older entries are stale and skipped when they come to the
/// front. Once most of the queue is stale it is compacted, so that every call is amortised O(1) and the queue follows the
/// number of keys.
struct UseOrder<Key: Hashable> {
    private struct Use {
        let key: Key
        let number: Int
    }

    private var queue = CircularBuffer<Use>()
    private var lastUses: [Key: Int] = [:]
    private var number = 0

    /// Entries of the queue, stale ones included.
    var length: Int { queue.count }

    /// Makes `key` the most recently used.
    mutating func use(_ key: Key) {
        number += 1
        lastUses[key] = number
        queue.append(Use(key: key, number: number))
        compact()
    }

    mutating func remove(_ key: Key) {
        lastUses[key] = nil
        compact()
    }

    /// The key whose last use is the longest ago; nil when there is none. It stays.
    mutating func leastRecent() -> Key? {
        while let use = queue.first {
            if isLast(use) { return use.key }
            queue.removeFirst()
        }
        return nil
    }

    private func isLast(_ use: Use) -> Bool { lastUses[use.key] == use.number }

    private mutating func compact() {
        guard queue.count > 2 * lastUses.count + Self.slack else { return }
        queue = CircularBuffer(queue.lazy.filter(isLast))
    }

    /// Stale entries that are not worth a compaction.
    static var slack: Int { 64 }
}
