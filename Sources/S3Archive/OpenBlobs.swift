import Synchronization
import Voicemail

/// Which blobs this process reads and has not read whole: what is removed meanwhile goes when they have been read.
final class OpenBlobs: Sendable {
    private struct State {
        var readers: [BlobID: Int] = [:]
        var removed: Set<BlobID> = []
    }

    private let state = Mutex(State())

    /// - Returns: false when it is removed already.
    func open(_ id: BlobID) -> Bool {
        state.withLock { state in
            guard !state.removed.contains(id) else { return false }
            state.readers[id, default: 0] += 1
            return true
        }
    }

    /// - Returns: whether it is to be removed now.
    func close(_ id: BlobID) -> Bool {
        state.withLock { state in
            let left = (state.readers[id] ?? 1) - 1
            state.readers[id] = left > 0 ? left : nil
            return left <= 0 && state.removed.remove(id) != nil
        }
    }

    /// - Returns: whether it is to be removed now, and not once it has been read.
    func remove(_ id: BlobID) -> Bool {
        state.withLock { state in
            guard state.readers[id] != nil else { return true }
            state.removed.insert(id)
            return false
        }
    }

    func isRemoved(_ id: BlobID) -> Bool { state.withLock { $0.removed.contains(id) } }
}
