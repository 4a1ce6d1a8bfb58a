/// How long and how many messages are kept; nil for no end. What is beyond goes to the trash, as if somebody had deleted it, and from there for good
/// as everything does.
public struct MessageRetention: Sendable, Hashable {
    /// Counted from when it was left or from when it was stored, whichever is later: what is imported is as new as it is here.
    public var days: Int?
    /// Of a mailbox, in whatever folder but the trash; the oldest go.
    public var count: Int?
    /// Of audio, all messages of an account together; the oldest go.
    public var bytes: Int?

    static let dayCounts = 1...36_500

    public init(days: Int? = nil, count: Int? = nil, bytes: Int? = nil) {
        self.days = days
        self.count = count
        self.bytes = bytes
    }

    /// Seconds that a message is safe from the rules that count: an import is not undone while it goes on.
    static let settling = 86_400
}

extension Messages {
    /// A mailbox's own rules where it has them, else its account's, else the server's.
    public func retention(of mailbox: Mailbox, in account: Account) -> MessageRetention {
        let standard = limits.messageRetention
        return MessageRetention(
            days: mailbox.messageKeepDays ?? account.messageKeepDays ?? standard.days, count: mailbox.messageKeepCount ?? standard.count,
            bytes: account.messageKeepBytes ?? standard.bytes)
    }
}

/// What a mailbox's messages come to once retention has been through: one visit in the order in which they go.
struct MessageExpiry {
    let retention: MessageRetention
    /// Ids that have a hold of their own, mailboxes and the account among them.
    let held: Set<String>
    /// The time at which a message is too old or not.
    let time: Timestamp

    /// Messages of a mailbox that are too old, until `visit` returns false.
    func visitOld(in mailboxID: String, _ reader: any StoreReader, _ visit: (Message, Departure) throws -> Bool) throws {
        guard let days = retention.days else { return }
        let kept = time.advanced(by: -days * 86_400)
        try reader.messages(MessageQuery(scope: .mailbox(mailboxID), to: kept, ascending: true)) { message in
            guard message.stored <= kept else { return true }
            return try visit(message, departure(of: message, .days(days), max(message.timestamp, message.stored).advanced(by: days * 86_400)))
        }
    }

    /// Messages of a mailbox that are too many.
    func visitSurplus(in mailboxID: String, _ reader: any StoreReader, _ visit: (Message, Departure) throws -> Bool) throws {
        guard let count = retention.count else { return }
        let end = MessagePosition(timestamp: Timestamp(unix: Timestamp.plausible.upperBound), serial: .max)
        var surplus = try reader.visibleCount(mailboxID: mailboxID, before: end) - count
        guard surplus > 0 else { return }
        try reader.visibleMessages(mailboxID: mailboxID, offset: 0, limit: surplus) { message in
            surplus -= 1
            guard let due = settled(message) else { return true }
            return try visit(message, departure(of: message, .count(count), due)) && surplus > 0
        }
    }

    /// Messages of an account that have too many bytes.
    func visitBulk(of accountID: String, _ reader: any StoreReader, _ visit: (Message, Departure) throws -> Bool) throws {
        guard let bytes = retention.bytes else { return }
        var surplus = -bytes
        try reader.messages(MessageQuery(scope: .account(accountID), ascending: true)) { message in
            surplus += message.audio?.size ?? 0
            return true
        }
        guard surplus > 0 else { return }
        try reader.messages(MessageQuery(scope: .account(accountID), ascending: true)) { message in
            guard let size = message.audio?.size, let due = settled(message) else { return true }
            let departure = departure(of: message, .bytes(bytes), due)
            if !departure.isHeld { surplus -= size }
            return try visit(message, departure) && surplus > 0
        }
    }

    /// When a message is no longer too young to be counted out; nil when it is.
    private func settled(_ message: Message) -> Timestamp? {
        let due = message.stored.advanced(by: MessageRetention.settling)
        return due <= time ? due : nil
    }

    private func departure(of message: Message, _ rule: Departure.Rule, _ due: Timestamp) -> Departure {
        Departure(
            thing: .message(id: message.monthID, mailboxID: message.mailboxID), rule: rule, due: due, bytes: message.audio?.size ?? 0,
            isHeld: held.contains(message.id) || held.contains(message.mailboxID) || held.contains(message.accountID))
    }
}
