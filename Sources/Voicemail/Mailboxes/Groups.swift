import OrderedCollections

/// A member of a group, as lists show him.
public struct GroupMember: Sendable, Hashable {
    /// The mailbox.
    public let id: String
    public let serial: Int
    public let number: String
    public let name: String
}

/// A group's box with its members and how many messages it holds.
public struct GroupSummary: Sendable {
    public let mailbox: Mailbox
    public let members: [GroupMember]
    public let tally: Tally
}

extension Groups {
    /// Makes a mailbox a group's, or one person's again.
    /// - Throws: `VoicemailError.notFound` for the mailbox; `.invalid` for a member that is not a person's mailbox of the account, or is
    ///   there twice.
    @discardableResult
    public func set(_ group: MailboxGroup?, of mailboxID: String, in account: Account) async throws -> Mailbox {
        return try await inTransaction(of: account) { change in
            var mailbox: Mailbox = try change.writer.require(mailboxID, in: account.id)
            try change.set(group, of: &mailbox)
            return try change.writer.save(mailbox, at: change.now)
        }
    }

    /// The members of a group that are there, in its order.
    public func members(of group: Mailbox) async throws -> [GroupMember] {
        try await store.read { try $0.members(of: group) }
    }

    /// What `item` takes from the chosen groups, with members and counts. A message counts whatever its age.
    public func list<Item: Sendable>(
        _ choice: MailboxChoice, of account: Account, _ window: ListWindow, item: @escaping @Sendable (GroupSummary) -> Item
    ) async throws -> GradualList<Item> {
        try await gradualList(of: choice, in: account) { entries in
            ListPart.reading(window.part(of: entries.map(\.id)), together: window.together) { try $0.summaries($1).map(item) }
        }
    }

    // MARK: Reading together

    /// Whether a member has heard a message of a shared box.
    public static func hasHeard(_ message: Message, member mailboxID: String) -> Bool {
        message.folder != .new || message.readers.contains(mailboxID)
    }

    /// A member has heard a message of a shared box. When all have, it is saved.
    /// - Throws: `VoicemailError.notFound` for a message that is gone, or a member that is none.
    @discardableResult
    public func hear(_ messageID: String, as memberID: String, in account: Account) async throws -> Message {
        try await inTransaction { change in
            let writer = change.writer
            guard var message = try writer.message(id: messageID), message.accountID == account.id else {
                throw VoicemailError.notFound(id: messageID)
            }
            let box: Mailbox = try writer.require(message.mailboxID, in: account.id)
            let members = try writer.members(of: box).map(\.id)
            guard members.contains(memberID) else { throw VoicemailError.notFound(id: memberID) }
            guard !Self.hasHeard(message, member: memberID) else { return message }
            message.readers.append(memberID)
            if members.allSatisfy(message.readers.contains) {
                message.folder = .saved
                message.readers = []
            }
            return try change.save(message)
        }
    }

    // MARK: Broadcasting

    /// Hands on what was left in broadcasting groups' boxes without audio, before they had members, or when no member had room.
    func distributeLeftovers(of account: Account) async throws {
        let now = clock.now, standard = limits.mailboxCapacity
        let patience = now.advanced(by: -Self.secondsForAudio)
        for id in try await look(in: account, { try $0.collectGroups { $0.holdsMessages ? nil : $0.id } }) {
            try await inTransaction { change in
                let writer = change.writer
                guard let mailbox: Mailbox = try writer.find(id: id), !mailbox.holdsMessages else { return }
                var waiting: [Message] = []
                try writer.visibleMessages(mailboxID: mailbox.id, offset: 0, limit: 256) { message in
                    if message.modified <= patience { waiting.append(message) }
                    return true
                }
                try change.distribute(waiting, of: mailbox, standard: standard)
            }
        }
    }

    /// How long a message that came without audio waits for it before it is handed on as it is.
    private static let secondsForAudio = 600
}

extension AccountLook {
    /// What `keep` takes from each group mailbox, in order of serial; what it takes is all that is held.
    func collectGroups<Kept>(_ keep: (Mailbox) -> Kept?) throws -> [Kept] {
        var kept: [Kept] = []
        try reader.documents(kind: .mailbox, lookup: Mailbox.groupLookup(account.id)) { document in
            if let one = keep(Mailbox(stored: document)) { kept.append(one) }
            return true
        }
        return kept
    }

    /// Groups by id, in the order given; what is gone is left out.
    fileprivate func summaries(_ ids: [String]) throws -> [GroupSummary] {
        let groups = try reader.find(Mailbox.self, ids: ids, in: account.id).filter { $0.group != nil }
        let tallies = try reader.visibleTallies(groups.map(\.id))
        let members = try reader.members(of: groups)
        return zip(groups, tallies).map { group, tally in
            GroupSummary(mailbox: group, members: (group.group?.members ?? []).compactMap { members[$0] }, tally: tally)
        }
    }
}

extension StoreReader {
    /// The members of a group that are there, in its order.
    func members(of group: Mailbox) throws -> [GroupMember] {
        let found = try members(of: [group])
        return (group.group?.members ?? []).compactMap { found[$0] }
    }

    /// The members of groups of one account that are there, by mailbox.
    func members(of groups: [Mailbox]) throws -> [String: GroupMember] {
        let ids = OrderedSet(groups.flatMap { $0.group?.members ?? [] })
        guard let account = groups.first?.accountID, !ids.isEmpty else { return [:] }
        let found = try find(Mailbox.self, ids: Array(ids), in: account, attributes: MailboxEntry.attributes).map {
            GroupMember(id: $0.id, serial: $0.serial, number: $0.number, name: $0.name)
        }
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Message {
    /// The same message for another mailbox, under an id of its own. The audio is shared (promise 3).
    /// - Parameter history: whether it remembers the mailbox it comes from.
    func copied(to mailboxID: String, id: String = HexID.random(), history remembers: Bool, at now: Timestamp) -> Message {
        Message(
            id: id, accountID: accountID, mailboxID: mailboxID, timestamp: timestamp, folder: folder, from: from, to: to, callerName: callerName,
            callerNumber: callerNumber, callID: callID, lengthMilliseconds: lengthMilliseconds, audio: audio, transcription: transcription,
            reception: reception, history: remembers ? history + [self.mailboxID] : history, modified: now)
    }
}
