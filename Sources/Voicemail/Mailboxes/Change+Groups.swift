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
    /// Hands a message that lies in a broadcasting group's box on to the members.
    /// - Returns: the first copy; nil where there is nobody to have one, and the message stays.
    func distribute(_ message: Message, of mailbox: Mailbox) throws -> Message? { try distribute([message], of: mailbox).first }

    /// The same of several.
    /// - Returns: the first copy of each; none where there is nobody to have one.
    @discardableResult
    func distribute(_ messages: [Message], of mailbox: Mailbox) throws -> [Message] {
        guard !messages.isEmpty else { return [] }
        let members = try writer.recipients(of: mailbox).filter { $0 != mailbox.id }
        guard !members.isEmpty else { return [] }
        let held = try writer.heldMessages(among: messages)
        return try messages.flatMap { message in
            let copies = try members.map { try add(message.copied(to: $0, history: true, at: now), isAnnounced: false) }
            try putAway(message, isHeld: held.contains(message.id), because: .moved)
            return copies.prefix(1)
        }
    }
}
