/// A mailbox that messages are filed in, sent to or handed on from.
struct MessageDestination {
    let mailbox: Mailbox
    /// The mailboxes that they really go to: there is always one.
    let recipients: [String]
    /// Whether those are members of a broadcasting group, which have as much room as `room` says.
    let isHandedOn: Bool
    fileprivate let room: [String: Int]

    /// - Parameter takers: as `StoreReader.takers` found them.
    init(mailbox: Mailbox, takers: [MessageTaker]) {
        self.mailbox = mailbox
        recipients = takers.map(\.mailbox.id)
        isHandedOn = recipients != [mailbox.id]
        room = isHandedOn ? Dictionary(takers.map { ($0.mailbox.id, $0.capacity - $0.count) }, uniquingKeysWith: { first, _ in first }) : [:]
    }

    private init(_ whole: MessageDestination, recipients: [String]) {
        mailbox = whole.mailbox
        isHandedOn = whole.isHandedOn
        room = whole.room
        self.recipients = recipients
    }

    func limited(to recipients: [String]) -> MessageDestination { MessageDestination(self, recipients: recipients) }
}

/// How much room members of broadcasting groups have left while a transaction puts messages into their mailboxes.
struct MembersRoom {
    private var left: [String: Int] = [:]

    /// Notes what the transaction has just found out.
    mutating func note(_ destination: MessageDestination) { left.merge(destination.room) { $1 } }

    /// One more message goes to a mailbox that was named itself.
    mutating func fill(_ mailboxID: String) { left[mailboxID]? -= 1 }

    /// The members that one more message goes to, for each of which it counts; none when all are full.
    mutating func take(_ destination: MessageDestination) -> [String] {
        let open = destination.recipients.filter { left[$0, default: 0] > 0 }
        for id in open { left[id, default: 0] -= 1 }
        return open
    }
}
