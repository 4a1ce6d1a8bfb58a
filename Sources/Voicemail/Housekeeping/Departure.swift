/// Something that retention removes, and why.
public struct Departure: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        /// It is older than so many days.
        case days(Int)
        /// There are more messages in its mailbox than these.
        case count(Int)
        /// Its account has more bytes of its kind than these.
        case bytes(Int)

        /// For the log and for people.
        public var words: String {
            switch self {
            case .days(let days): "older than \(days) days"
            case .count(let count): "beyond \(count) messages"
            case .bytes(let bytes): "beyond \(bytes) bytes"
            }
        }
    }

    public enum Thing: Sendable, Hashable {
        case message(id: String, mailboxID: String)
        case recording(id: String, name: String)
    }

    public let thing: Thing
    public let rule: Rule
    /// When it goes; what is due already goes with the next round of housekeeping.
    public let due: Timestamp
    /// Bytes of audio.
    public let bytes: Int
    /// Whether a hold keeps it here all the same.
    public let isHeld: Bool
}
