/// What must not be removed, because somebody may have to show it: a court, an authority, a complaint. Whatever it covers stays, whoever asks for its
/// removal and whatever time has passed, until the hold is lifted. A thing may be under several.
public struct LegalHold: Sendable, Hashable {
    /// What a hold is put on.
    public enum Subject: String, Sendable, CaseIterable {
        /// With every mailbox, message and recording in it; accounts below it are others.
        case account
        /// With every message in it.
        case mailbox
        case message, recording
    }

    /// 32 hex digits.
    public let id: String
    /// A number that grows with each hold. 0 until stored.
    public var serial: Int
    public let subject: Subject
    public let subjectID: String
    public let accountID: String
    /// The mailbox, or the message's; nil for others.
    public let mailboxID: String?
    /// Why, in the words of whoever put it there.
    public let reason: String
    public let created: Timestamp

    public init(
        id: String = HexID.random(), serial: Int = 0, subject: Subject, subjectID: String, accountID: String, mailboxID: String? = nil, reason: String,
        created: Timestamp
    ) {
        self.id = id
        self.serial = serial
        self.subject = subject
        self.subjectID = subjectID
        self.accountID = accountID
        self.mailboxID = mailboxID
        self.reason = reason
        self.created = created
    }
}

extension StoreReader {
    /// Whether a hold covers a message, in the trash too.
    func isHeld(_ message: Message) throws -> Bool { try isHeld(anyOf: [message.id, message.mailboxID, message.accountID]) }

    /// Those of some messages that a hold covers, by id.
    func heldMessages(among messages: [Message]) throws -> Set<String> {
        guard !messages.isEmpty else { return [] }
        let places = Set(messages.flatMap { [$0.mailboxID, $0.accountID] })
        let held = try heldSubjects(among: messages.map(\.id) + places.sorted())
        guard !held.isEmpty else { return [] }
        return Set(messages.filter { held.contains($0.id) || held.contains($0.mailboxID) || held.contains($0.accountID) }.map(\.id))
    }

    func isHeld(_ recording: Recording) throws -> Bool { try isHeld(anyOf: [recording.id, recording.accountID]) }

    /// Whether removing a mailbox would remove something that a hold covers.
    func isHeld(_ mailbox: Mailbox) throws -> Bool { try isHeld(anyOf: [mailbox.accountID]) || hasHolds(mailboxID: mailbox.id) }

    /// The first of some mailboxes of which `isHeld` is true. What it costs follows how many holds there are, not how many mailboxes.
    func firstHeld(of mailboxIDs: [String]) throws -> String? {
        let mailboxes = try documents(ids: mailboxIDs, attributes: []).compactMap { Mailbox($0) }
        // A hold on a message counts for its mailbox.
        var places: Set<String> = []
        for accountID in Set(mailboxes.map(\.accountID)) {
            places.formUnion(try held(accountID: accountID) { $0.mailboxID ?? $0.subjectID })
        }
        return mailboxes.first { places.contains($0.accountID) || places.contains($0.id) }?.id
    }

    /// Everything of an account that has a hold of its own, by id.
    func heldSubjects(accountID: String) throws -> Set<String> { try held(accountID: accountID, \.subjectID) }

    /// What `item` takes from each hold of an account.
    private func held(accountID: String, _ item: (LegalHold) -> String) throws -> Set<String> {
        var found: Set<String> = []
        var last = 0
        while true {
            let page = try holds(accountID: accountID, after: last, limit: 500)
            guard let end = page.last else { return found }
            found.formUnion(page.map(item))
            last = end.serial
        }
    }
}
