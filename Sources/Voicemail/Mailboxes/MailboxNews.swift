/// What happens to a mailbox besides new messages, and can be news to its people. Nobody is told of it unless somebody has asked for that.
public enum MailboxNews: String, Sendable, CaseIterable {
    /// Callers will find it full before long.
    case nearlyFull = "nearly_full"
    /// One of its messages was deleted (K§11.1).
    case messageDeleted = "message_deleted"
    /// Somebody has tried too many wrong PINs.
    case pinLocked = "pin_locked"
    /// Callers hear another greeting (N§2.3-23).
    case greetingChanged = "greeting_changed"

    /// Where mailboxes and accounts say what is told.
    static let key = Setting.wantedNews.rawValue

    /// - Returns: nil where attributes say nothing about it.
    static func wanted(_ attributes: JSONObject) -> Set<MailboxNews>? {
        attributes[key]?.array.map { Set($0.compactMap { $0.string.flatMap(MailboxNews.init) }) }
    }

    /// What attributes say where some news is wanted; null where nothing is said about it.
    static func setting(_ wanted: [MailboxNews]?) -> JSON { wanted.map { .array($0.map { .string($0.rawValue) }) } ?? .null }

    /// What an event is to a mailbox; nil for what is no news.
    static func of(_ event: Event) -> (news: MailboxNews, mailboxID: String)? {
        switch event.kind {
        case .mailboxNearlyFull: (.nearlyFull, event.subjectID)
        case .pinLocked: (.pinLocked, event.subjectID)
        case .greetingChanged: (.greetingChanged, event.subjectID)
        case .messageRemoved, .messageChanged:
            event.deletionReason == nil ? nil : event.mailboxID.map { (.messageDeleted, $0) }
        case .messageStored, .documentCreated, .documentEdited, .documentDeleted, .recordingStored, .mailboxFull, .passwordResetRequested: nil
        }
    }
}

/// Why a message leaves those that are shown.
enum MessageDeparture: Sendable, Hashable {
    /// Somebody has deleted it.
    case asked
    /// A rule of retention, in its words.
    case retention(String)
    /// Its people have been told of it.
    case afterNotify
    /// It is in another mailbox now.
    case moved
    /// It goes for good, and nobody is to be told whose it was.
    case erased

    /// What the audit log says; nil where somebody asked for it.
    var auditReason: String? {
        switch self {
        case .asked, .moved, .erased: nil
        case .retention(let rule): rule
        case .afterNotify: "delete_after_notify"
        }
    }

    /// What others are told (K§11.1); nil where it is no deletion.
    var reason: DeletionReason? {
        switch self {
        case .asked: .asked
        case .retention: .retention
        case .afterNotify: .afterNotify
        case .moved, .erased: nil
        }
    }
}

/// Why a message was deleted, for those who are told of it. Interfaces have words of their own for it.
public enum DeletionReason: String, Sendable, CaseIterable {
    /// Somebody has deleted it.
    case asked
    /// It has been kept for long enough.
    case retention
    /// Its people have been told of it.
    case afterNotify = "delete_after_notify"

    /// - Parameter text: as an event has it. The first versions had another word for what somebody has asked for.
    public init(told text: String) { self = DeletionReason(rawValue: text) ?? .asked }
}

extension Event {
    /// The member of a payload that says why a message was deleted.
    static let deletion = "reason"

    /// Why a message was deleted; nil where it was not.
    public var deletionReason: DeletionReason? { payload[Self.deletion]?.string.map { DeletionReason(told: $0) } }
}

extension Limits {
    /// Of so many messages a mailbox is nearly full; nil where it cannot be without being full.
    func nearlyFull(of capacity: Int) -> Int? {
        let count = min(capacity - 1, capacity.multipliedReportingOverflow(by: nearlyFullPercent).partialValue / 100)
        return count >= 1 ? count : nil
    }
}
