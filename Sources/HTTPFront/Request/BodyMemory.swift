import Synchronization

/// Counts what all requests together keep of their bodies in memory. One body is small beside a machine's memory; as many as there may be
/// connections, sent slowly by somebody who need not even log in, are not.
final class BodyMemory: Sendable {
    /// Bytes of each body that are not counted, so that ordinary requests are taken whoever fills the rest.
    static let free = 64 << 10

    private let limit: Int
    private let taken = Mutex(0)

    /// - Parameter limit: bytes of all bodies together, beyond what is free.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: false when they do not fit; then nothing is taken.
    func take(_ count: Int) -> Bool {
        taken.withLock { taken in
            guard count <= limit - taken else { return false }
            taken += count
            return true
        }
    }

    func giveBack(_ count: Int) {
        taken.withLock { $0 -= count }
    }
}
