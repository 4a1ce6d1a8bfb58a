/// Why the domain refuses something. Failures of storage are `StoreError` and `ArchiveError`.
public enum VoicemailError: Error, Hashable, Sendable {
    /// Nothing of the kind has this id in the account.
    case notFound(id: String)
    /// The message has no audio.
    case noAudio(id: String)
    /// Values break rules. All violations are told together.
    case invalid([Violation])
    /// The document would take more than `limit` bytes.
    case documentTooLarge(limit: Int)
    /// The caller is not permitted to do it.
    case forbidden
    /// There are as many as there may be: tokens, messages in a mailbox, greetings.
    case limitReached
    /// Wrong name, password or key.
    case badCredentials
    /// The account or user is switched off.
    case disabled
    /// The mailbox is switched off: it takes no messages.
    case mailboxDisabled
    /// The message is too old to be changed (K§6.5).
    case expired(id: String, cutoff: Timestamp)
    /// It is under a legal hold, or something in it is, so it may not be removed.
    case held(id: String)
    /// The id exists already, or the change collides with another.
    case conflict
    /// The audio cannot be decoded, and the interface promises that stored audio can.
    case unplayable
}
