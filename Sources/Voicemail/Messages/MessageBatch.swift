/// Messages that one transaction changes, each by itself. What they have in common is asked of the store once, and so is each of them.
struct MessageBatch {
    let change: AccountChange
    private let mailboxID: String
    private let cutoff: Timestamp
    private let heedsHolds: Bool
    private let found: [String: Message]
    private let held: Set<String>
    private var unnamed: Set<String>
    private var destinations: [String: MessageDestination] = [:]
    private var room = MembersRoom()

    /// - Parameters:
    ///   - ids: month ids.
    ///   - heedsHolds: whether what a hold covers is left alone.
    init(_ ids: some Collection<String>, of mailboxID: String, since cutoff: Timestamp, heedsHolds: Bool, _ change: AccountChange) throws {
        self.change = change
        self.mailboxID = mailboxID
        self.cutoff = cutoff
        self.heedsHolds = heedsHolds
        let messages = try change.look.messages(Array(ids), of: mailboxID)
        found = Dictionary(messages.map { ($0.monthID, $0) }, uniquingKeysWith: { first, _ in first })
        held = heedsHolds ? try change.writer.heldMessages(among: messages) : []
        unnamed = Set(ids)
    }

    /// The message of an id, to be changed. One that is named again is looked for again, as it may have been changed the first time.
    /// - Throws: `VoicemailError.notFound`, `.expired`, `.held`.
    mutating func next(_ id: String) throws -> Message {
        guard unnamed.remove(id) != nil else {
            let message = try change.look.changeable(MessagePlace(mailboxID: mailboxID, monthID: id), since: cutoff)
            if heedsHolds, try change.writer.isHeld(message) { throw VoicemailError.held(id: id) }
            return message
        }
        guard let message = found[id] else { throw VoicemailError.notFound(id: id) }
        guard message.timestamp >= cutoff else { throw VoicemailError.expired(id: id, cutoff: cutoff) }
        if held.contains(message.id) { throw VoicemailError.held(id: id) }
        return message
    }

    /// Where the next message goes that is put into a mailbox.
    /// - Parameter standard: the capacity of mailboxes that have none of their own.
    /// - Throws: `VoicemailError.notFound`; `.limitReached` or `.mailboxDisabled` for a group none of whose members takes it.
    mutating func destination(_ id: String, standard: Int) throws -> MessageDestination {
        let destination = try destinations[id] ?? lookUp(id, standard)
        guard destination.isHandedOn else {
            room.fill(id)
            return destination
        }
        let open = room.take(destination)
        guard !open.isEmpty else { throw VoicemailError.limitReached }
        return destination.limited(to: open)
    }

    private mutating func lookUp(_ id: String, _ standard: Int) throws -> MessageDestination {
        let found = try change.destination(id, standard: standard)
        destinations[id] = found
        room.note(found)
        return found
    }
}
