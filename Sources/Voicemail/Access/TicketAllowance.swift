import Synchronization

/// How many tickets of one kind a credential may have, for kinds of which it may have thousands.
///
/// They are counted now and then and not at each new one: a sixteenth of what is left may be given before they are counted again, so counting costs
/// little until hardly any are left. Each process counts for itself: each of several may give a sixteenth of what was left when it counted last, so that
/// together they may give that much more than the limit.
public final class TicketAllowance: Sendable {
    private enum State {
        /// So many may be given before they are counted.
        case left(Int)
        /// There were none left then; they are not counted twice in a second.
        case full(Timestamp)
    }

    public let limit: Int
    private let states = Mutex<[String: State]>([:])

    private static let share = 16

    public init(limit: Int) { self.limit = limit }

    /// - Returns: nil where they have to be counted first.
    fileprivate func take(for credentialID: String, at now: Timestamp) -> Bool? {
        states.withLock { states in
            switch states[credentialID] {
            case .left(let left)? where left > 0:
                states[credentialID] = .left(left - 1)
                return true
            case .full(now)?: return false
            default: return nil
            }
        }
    }

    fileprivate func take(for credentialID: String, at now: Timestamp, living: Int) -> Bool {
        let isFull = living >= limit
        states.withLock { $0[credentialID] = isFull ? .full(now) : .left((limit - living) / Self.share) }
        return !isFull
    }
}

extension Tickets {
    /// Opens a ticket under a secret of the interface's making; it counts once this returns. None ends for it.
    /// - Throws: `VoicemailError.limitReached` for a credential that has as many as it may.
    public func open(_ secret: String, _ draft: TicketDraft, of credential: Credential, within allowance: TicketAllowance) async throws {
        let now = clock.now
        if let isLeft = allowance.take(for: credential.id, at: now) {
            guard isLeft else { throw VoicemailError.limitReached }
        } else {
            let living = try await store.read {
                try $0.countTickets(credentialID: credential.id, kind: draft.kind, aliveAt: now, limit: allowance.limit)
            }
            guard allowance.take(for: credential.id, at: now, living: living) else { throw VoicemailError.limitReached }
        }
        try await open(secret, draft)
    }
}
