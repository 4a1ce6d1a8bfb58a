extension AccountChange {
    /// Members of one group.
    private static let maximumMembers = 1000

    /// Makes a mailbox a group's, or one person's again; it is not stored yet.
    func set(_ group: MailboxGroup?, of mailbox: inout Mailbox) throws {
        if let group { try judge(group, of: mailbox) }
        mailbox.group = group
    }

    private func judge(_ group: MailboxGroup, of mailbox: Mailbox) throws {
        var violations: [Violation] = []
        if group.members.count > Self.maximumMembers { violations.append(Violation(["members"], .maxItems(Self.maximumMembers))) }
        if Set(group.members).count < group.members.count { violations.append(Violation(["members"], .unique)) }
        let found = try writer.find(Mailbox.self, ids: group.members, in: account.id, attributes: MailboxEntry.attributes)
        let persons = Set(found.filter { $0.group == nil && $0.id != mailbox.id }.map(\.id))
        violations += group.members.enumerated().filter { !persons.contains($0.element) }.map { index, id in
            Violation(["members", String(index)], .format("mailbox"), value: .string(id))
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
    }
}

extension Change {
    /// Hands a message that lies in a broadcasting group's box on to those members whose mailboxes take it now.
    /// - Returns: the first copy; nil where no mailbox takes one, and it stays.
    func distribute(_ message: Message, of mailbox: Mailbox, standard: Int) throws -> Message? {
        try distribute([message], of: mailbox, standard: standard).first
    }

    /// The same of several, in their order and as long as any member has room.
    /// - Returns: the first copy of each that was handed on.
    @discardableResult
    func distribute(_ messages: [Message], of mailbox: Mailbox, standard: Int) throws -> [Message] {
        guard !messages.isEmpty, let destination = try openDestination(mailbox, standard: standard), destination.isHandedOn else { return [] }
        let held = try writer.heldMessages(among: messages)
        var room = MembersRoom(), first: [Message] = []
        room.note(destination)
        for message in messages {
            let members = room.take(destination)
            guard !members.isEmpty else { break }
            let copies = try members.map { try add(message.copied(to: $0, history: true, at: now), isAnnounced: false) }
            try putAway(message, isHeld: held.contains(message.id), because: .moved)
            first.append(copies[0])
        }
        return first
    }

    /// - Returns: nil where no mailbox takes anything.
    private func openDestination(_ mailbox: Mailbox, standard: Int) throws -> MessageDestination? {
        do {
            return MessageDestination(mailbox: mailbox, takers: try writer.takers(of: mailbox, .filing(), standard: standard))
        } catch VoicemailError.limitReached, VoicemailError.mailboxDisabled {
            return nil
        }
    }
}
