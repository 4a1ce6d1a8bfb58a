extension Change {
    /// Stores a new message and says so.
    /// - Parameter isAnnounced: whether it is news, and not one of those that were there before under another name.
    func add(_ message: Message, isAnnounced: Bool) throws -> Message {
        let stored = try writer.insert(message)
        var facts = stored.facts
        facts[Event.announced] = .bool(isAnnounced && message.folder == .new)
        try writer.append(
            Event(
                kind: .messageStored, accountID: message.accountID, subjectID: message.id, payload: facts, created: message.modified))
        return stored
    }

    /// Stores a change of a message as a new revision and says so.
    /// - Parameter departure: why it is deleted, where that is the change.
    func save(_ changed: Message, because departure: MessageDeparture? = nil) throws -> Message {
        var message = changed
        message.revision += 1
        message.modified = now
        try writer.update(message)
        var facts: JSONObject = ["mailbox_id": .string(message.mailboxID), "folder": .string(message.folder.rawValue)]
        facts[Event.deletion] = departure?.reason.map { .string($0.rawValue) }
        try writer.append(Event(kind: .messageChanged, accountID: message.accountID, subjectID: message.id, payload: facts, created: now))
        return message
    }

    func file(_ message: Message, in folder: Folder, because departure: MessageDeparture = .asked) throws -> Message {
        let isDeleted = folder == .deleted && message.folder != .deleted
        var message = message
        message.folder = folder
        message.readers = []
        return try save(message, because: isDeleted ? departure : nil)
    }

    /// - Throws: `VoicemailError.held`.
    func remove(_ message: Message, because departure: MessageDeparture = .asked) throws { try remove([message], because: departure) }

    /// Removes all of some messages or none.
    /// - Throws: `VoicemailError.held` with the first that a hold covers.
    func remove(_ messages: [Message], because departure: MessageDeparture = .asked) throws {
        let held = try writer.heldMessages(among: messages)
        if let kept = messages.first(where: { held.contains($0.id) }) { throw VoicemailError.held(id: kept.monthID) }
        for message in messages { try discard(message, because: departure) }
    }

    /// Removes a message of which its caller has found out that no hold covers it.
    func discard(_ message: Message, because departure: MessageDeparture = .asked) throws {
        try writer.remove(messageID: message.id, at: now, physically: false)
        var facts: JSONObject = ["mailbox_id": .string(message.mailboxID)]
        // The deletion of a message filed under deleted was announced when it was filed.
        if message.folder != .deleted { facts[Event.deletion] = departure.reason.map { .string($0.rawValue) } }
        try writer.append(Event(kind: .messageRemoved, accountID: message.accountID, subjectID: message.id, payload: facts, created: now))
        try writer.audit(
            .messageRemoved, of: message.accountID, [message.id, message.mailboxID],
            departure.auditReason.map { ["reason": .string($0)] } ?? [:],
            texts: ["number": message.callerNumber], at: now)
    }
}

extension Change {
    /// Puts out of sight what nobody asked to have removed and has served its purpose. What is held stays, filed under deleted.
    func putAway(_ message: Message, because departure: MessageDeparture) throws {
        try putAway(message, isHeld: writer.isHeld(message), because: departure)
    }

    func putAway(_ message: Message, isHeld: Bool, because departure: MessageDeparture) throws {
        if isHeld { _ = try file(message, in: .deleted, because: departure) } else { try discard(message, because: departure) }
    }
}

extension AccountChange {
    /// - Throws: `VoicemailError.held`, as the old message goes; as `destination` and `duplicate`. Nothing has changed then.
    func move(_ message: Message, to destination: String, standard: Int) throws -> Message {
        guard try !writer.isHeld(message) else { throw VoicemailError.held(id: message.monthID) }
        return try move(message, to: self.destination(destination, standard: standard))
    }

    /// Moves a message of which its caller has found out that no hold covers it.
    func move(_ message: Message, to destination: MessageDestination, _ note: ForwardingNote? = nil) throws -> Message {
        let moved = try duplicate(message, to: destination, note)
        try change.discard(message, because: .moved)
        return moved
    }

    /// - Parameter standard: the capacity of mailboxes that have none of their own.
    /// - Throws: `VoicemailError.notFound`; `.limitReached` or `.mailboxDisabled` for a group none of whose members takes anything.
    func destination(_ id: String, standard: Int) throws -> MessageDestination {
        let mailbox: Mailbox = try writer.require(id, in: account.id)
        return MessageDestination(mailbox: mailbox, takers: try writer.takers(of: mailbox, .filing(), standard: standard))
    }

    /// The same message anew in another mailbox, or in those of a broadcasting group's members that take it: new id of the current month,
    /// folder new (K§7.5).
    /// - Parameter note: of who sends it on, as by telephone: those who want to hear of new messages do (K§10.5). Nil for who files what is there.
    /// - Returns: the first.
    func duplicate(_ message: Message, to destination: MessageDestination, _ note: ForwardingNote? = nil) throws -> Message {
        let copies = try destination.recipients.map { recipient in
            try change.add(
                Message(
                    accountID: account.id, mailboxID: recipient, timestamp: now, folder: .new, from: message.from,
                    to: destination.mailbox.number + "@" + account.realm, callerName: message.callerName, callerNumber: message.callerNumber,
                    callID: message.callID, lengthMilliseconds: message.lengthMilliseconds, audio: message.audio,
                    transcription: message.transcription, reception: message.reception(adding: note),
                    history: Array((message.history + [message.mailboxID]).suffix(Self.maximumHistory)), modified: now),
                isAnnounced: note != nil)
        }
        return copies[0]
    }

    /// Mailboxes a message remembers having been in.
    private static let maximumHistory = 50
}
