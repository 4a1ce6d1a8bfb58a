/// A change that others are told of, written in the same transaction as the change (promise 2).
public struct Event: Sendable, Hashable {
    /// Stored under the raw values, which never change.
    public enum Kind: String, Sendable, CaseIterable {
        case messageStored = "message_stored"
        case messageChanged = "message_changed"
        case messageRemoved = "message_removed"
        case documentCreated = "doc_created"
        case documentEdited = "doc_edited"
        case documentDeleted = "doc_deleted"
        case recordingStored = "recording_stored"
        /// A caller wanted to leave a message and found no room (K§11.2).
        case mailboxFull = "mailbox_full"
        /// A caller's message has left it little room.
        case mailboxNearlyFull = "mailbox_nearly_full"
        /// Too many wrong PINs of a mailbox.
        case pinLocked = "pin_locked"
        /// Callers of a mailbox hear another greeting than before.
        case greetingChanged = "greeting_changed"
        /// Asked for, by somebody who said he was the user.
        case passwordResetRequested = "password_reset_requested"
    }

    /// Grows with every event; 0 until stored.
    public var serial: Int
    /// Stable across repeated deliveries.
    public let id: String
    public let kind: Kind
    public let accountID: String
    /// The message, document or recording.
    public let subjectID: String
    /// What a receiver needs that may be gone when it is told.
    public let payload: JSONObject
    public let created: Timestamp

    public init(
        serial: Int = 0, id: String = HexID.random(), kind: Kind, accountID: String, subjectID: String, payload: JSONObject = [:],
        created: Timestamp
    ) {
        self.serial = serial
        self.id = id
        self.kind = kind
        self.accountID = accountID
        self.subjectID = subjectID
        self.payload = payload
        self.created = created
    }
}
