/// What became of each message of a request that names several. Some may fail while others succeed.
public struct BatchOutcome: Sendable {
    public enum Reason: Sendable {
        case notFound, priorToRetention, held
        /// The destination is a broadcasting group, and the mailboxes of its members are full or off.
        case full
        /// They are all off.
        case off

        /// Why a message was passed over; nil for an error that is not about that message.
        init?(_ error: VoicemailError, of id: String) {
            switch error {
            case .notFound(id): self = .notFound
            case .expired: self = .priorToRetention
            case .held: self = .held
            case .limitReached: self = .full
            case .mailboxDisabled: self = .off
            default: return nil
            }
        }
    }

    /// For a move or a copy the ids of the new messages.
    public var succeeded: [String] = []
    /// By the id that was asked for.
    public var failed: [(id: String, reason: Reason)] = []

    public init() {}

    init(succeeded: [String]) { self.succeeded = succeeded }

    mutating func append(_ part: BatchOutcome) {
        succeeded += part.succeeded
        failed += part.failed
    }
}
