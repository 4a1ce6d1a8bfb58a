import Synchronization

/// The sender of a body that has to be kept in memory.
public enum BodySender: Sendable, Hashable {
    /// Has shown who he is.
    case known
    /// Has not, or need not.
    case stranger
}

/// Counts what all requests together keep of their bodies in memory. One body is small beside a machine's memory; as many as there may be
/// connections, sent slowly by somebody who need not even log in, are not. Strangers have a share of their own, so that they take none
/// from those who are known.
final class BodyMemory: Sendable {
    /// Bytes of each body that are not counted, so that ordinary requests are taken whoever fills the rest.
    static let free = 64 << 10
    /// Of this many parts, strangers have one.
    static let parts = 8

    private let limits: [BodySender: Int]
    private let taken = Mutex<[BodySender: Int]>([:])

    /// - Parameter limit: bytes of all bodies together, beyond what is free.
    init(limit: Int) {
        let strangers = limit / Self.parts
        limits = [.stranger: strangers, .known: limit - strangers]
    }

    /// - Returns: false when they do not fit; then nothing is taken.
    func take(_ count: Int, for sender: BodySender) -> Bool {
        taken.withLock { taken in
            let before = taken[sender, default: 0]
            guard count <= (limits[sender] ?? 0) - before else { return false }
            taken[sender] = before + count
            return true
        }
    }

    func giveBack(_ count: Int, of sender: BodySender) {
        guard count > 0 else { return }
        taken.withLock { $0[sender, default: 0] -= count }
    }
}
