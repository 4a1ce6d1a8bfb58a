/// What the domain refuses, and why. Storage trouble comes as `StoreError` and `ArchiveError`.
public enum VoicemailError: Error, Hashable, Sendable {
    /// Nothing of that kind has this id, or not here.
    case notFound(id: String)
    /// The message has no audio.
    case noAudio(id: String)
    /// The values break rules; all of them are told together.
    case invalid([Violation])
    /// What is to be stored of a thing is more than `limit` bytes.
    case documentTooLarge(limit: Int)
    /// The caller may not.
    case forbidden
    /// There are as many of that as there may be: tokens, messages in a mailbox, greetings.
    case limitReached
    /// Wrong name, password or key.
    case badCredentials
    /// The account or user is switched off.
    case disabled
    /// The mailbox is switched off: it takes no messages.
    case mailboxDisabled
    /// Older than retention allows to change.
    case expired(id: String, cutoff: Timestamp)
    /// It is under a legal hold, or something in it is, and may not be removed.
    case held(id: String)
    /// An id that exists already.
    case conflict
    /// The audio is not decodable and the interface promises that it is.
    case unplayable
}
