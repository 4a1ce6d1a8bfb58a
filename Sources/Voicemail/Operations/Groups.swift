extension VoicemailService {
    /// Members of one group.
    private static let maximumMembers = 1000

    /// Makes a mailbox a group's, or one person's again.
    /// - Throws: `VoicemailError.notFound` for the mailbox; `.invalid` for a member that is not a person's mailbox of the account, or is
    ///   there twice.
    @discardableResult
    public func setGroup(_ group: MailboxGroup?, of mailboxID: String, in account: Account) async throws -> Mailbox {
        let now = clock.now
        return try await store.write { writer in
            var mailbox: Mailbox = try writer.require(mailboxID, in: account.id)
            try Self.setGroup(group, of: &mailbox, account, writer)
            return try writer.save(mailbox, at: now)
        }
    }

    /// The account's group mailboxes in order of serial.
    public func groups(of account: Account) async throws -> [Mailbox] {
        try await store.read { reader in
            try reader.documents(kind: .mailbox, lookup: Mailbox.groupLookup(account.id), limit: Int(Int32.max)).map(Mailbox.init(stored:))
        }
    }

    /// The members of a group that are there, in its order.
    public func members(of group: Mailbox) async throws -> [Mailbox] {
        try await store.read { try Self.members(of: group, $0) }
    }

    /// A group's box with its members and how many messages it holds.
    public struct GroupSummary: Sendable {
        public let mailbox: Mailbox
        public let members: [Mailbox]
        public let tally: Tally
    }

    /// The members and counts of some groups, in the order given. A message counts whatever its age.
    public func groupSummaries(_ groups: [Mailbox]) async throws -> [GroupSummary] {
        try await store.read { reader in
            try groups.map {
                GroupSummary(mailbox: $0, members: try Self.members(of: $0, reader), tally: try Self.visibleTally($0.id, reader))
            }
        }
    }

    static func members(of mailbox: Mailbox, _ reader: any StoreReader) throws -> [Mailbox] {
        try (mailbox.group?.members ?? []).compactMap { id in
            try reader.find(Mailbox.self, id: id).flatMap { $0.accountID == mailbox.accountID ? $0 : nil }
        }
    }

    static func setGroup(_ group: MailboxGroup?, of mailbox: inout Mailbox, _ account: Account, _ reader: any StoreReader) throws {
        if let group { try judge(group, of: mailbox, account, reader) }
        mailbox.group = group
    }

    private static func judge(_ group: MailboxGroup, of mailbox: Mailbox, _ account: Account, _ reader: any StoreReader) throws {
        var violations: [Violation] = []
        if group.members.count > maximumMembers { violations.append(Violation(["members"], .maxItems(maximumMembers))) }
        if Set(group.members).count < group.members.count { violations.append(Violation(["members"], .unique)) }
        for (index, id) in group.members.enumerated() {
            let member = try reader.find(Mailbox.self, id: id)
            if member?.accountID != account.id || member?.group != nil || id == mailbox.id {
                violations.append(Violation(["members", String(index)], .format("mailbox"), value: .string(id)))
            }
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
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
        let now = clock.now
        return try await store.write { writer in
            guard var message = try writer.message(id: messageID), message.accountID == account.id else {
                throw VoicemailError.notFound(id: messageID)
            }
            let box: Mailbox = try writer.require(message.mailboxID, in: account.id)
            let members = try Self.members(of: box, writer).map(\.id)
            guard members.contains(memberID) else { throw VoicemailError.notFound(id: memberID) }
            guard !Self.hasHeard(message, member: memberID) else { return message }
            message.readers.append(memberID)
            if members.allSatisfy(message.readers.contains) {
                message.folder = .saved
                message.readers = []
            }
            try Self.save(&message, writer, now)
            return message
        }
    }

    // MARK: Broadcasting

    /// Where a message for `mailbox` really goes: to the members of a broadcasting group, else to itself.
    ///
    /// A group without members keeps what it gets, so that nothing is lost; `distribute` hands it on when there are some.
    static func recipients(of mailbox: Mailbox, _ reader: any StoreReader) throws -> [Mailbox] {
        guard mailbox.group?.mode == .broadcast else { return [mailbox] }
        let members = try members(of: mailbox, reader)
        return members.isEmpty ? [mailbox] : members
    }

    /// Hands a message that lies in a broadcasting group's box on to the members.
    /// - Returns: the first copy; nil where there is nobody to have one, and the message stays.
    static func distribute(_ message: Message, of mailbox: Mailbox, _ account: Account, _ now: Timestamp, _ writer: any StoreWriter) throws -> Message? {
        let members = try recipients(of: mailbox, writer).filter { $0.id != mailbox.id }
        guard !members.isEmpty else { return nil }
        let copies = try members.map { try add(message.copied(to: $0, account, history: true, at: now), isAnnounced: false, writer) }
        try remove(message, now, writer)
        return copies.first
    }

    /// Hands on what was left in broadcasting groups' boxes without audio, or before they had members.
    func distributeLeftovers(of account: Account) async throws {
        let now = clock.now
        let patience = now.advanced(by: -Self.secondsForAudio)
        for group in try await groups(of: account) where group.group?.mode == .broadcast {
            try await store.write { writer in
                guard let mailbox: Mailbox = try writer.find(id: group.id), mailbox.group?.mode == .broadcast else { return }
                var waiting: [Message] = []
                try writer.visibleMessages(mailboxID: mailbox.id, offset: 0, limit: 256) { message in
                    if message.modified <= patience { waiting.append(message) }
                    return true
                }
                for message in waiting { _ = try Self.distribute(message, of: mailbox, account, now, writer) }
            }
        }
    }

    /// How long a message that came without audio waits for it before it is handed on as it is.
    private static let secondsForAudio = 600
}

extension Message {
    /// The same message for another mailbox, under an id of its own. The audio is shared (promise 3).
    /// - Parameter history: whether it remembers the mailbox it comes from.
    func copied(to mailbox: Mailbox, _ account: Account, history remembers: Bool, at now: Timestamp) -> Message {
        Message(
            accountID: accountID, mailboxID: mailbox.id, timestamp: timestamp, folder: folder, from: from, to: to, callerName: callerName,
            callerNumber: callerNumber, callID: callID, lengthMilliseconds: lengthMilliseconds, audio: audio, transcription: transcription,
            history: remembers ? history + [mailboxID] : history, modified: now)
    }
}
