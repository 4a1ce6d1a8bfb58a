/// Which recordings somebody looks for among those that he hears.
public struct RecordingSearch: Sendable, Hashable {
    /// Where a list begins: behind the recording of this time and serial.
    public struct Place: Sendable, Hashable {
        public let started: Timestamp
        public let serial: Int

        public init(started: Timestamp, serial: Int) {
            self.started = started
            self.serial = serial
        }

        func isPassed(by recording: Recording) -> Bool { (recording.started, recording.serial) < (started, serial) }
    }

    /// Inclusive bounds of the call's time.
    public var from: Timestamp?
    public var to: Timestamp?
    /// Exact numbers.
    public var caller: String?
    public var callee: String?
    /// nil for the newest.
    public var after: Place?

    public init(from: Timestamp? = nil, to: Timestamp? = nil, caller: String? = nil, callee: String? = nil, after: Place? = nil) {
        self.from = from
        self.to = to
        self.caller = caller
        self.callee = callee
        self.after = after
    }
}

/// A page of recordings, newest first, and where the next one begins.
public struct HeardRecordings: Sendable {
    public let recordings: [Recording]
    public let next: RecordingSearch.Place?
}

/// Who hears which recorded calls when he comes as himself: an administrator all of his account. Where the account lets owners hear recordings, a
/// user hears those in which a mailbox of his own called or was called, by its number, since he has it: what was said before was another's. Never by
/// a mailbox that a group shares, whose calls are others' too. Whoever has shown nothing but a PIN hears none: a PIN is short, and opens messages.
extension Recordings {
    /// Mailboxes of one user whose calls are listed, in order of their names. Each is looked for twice.
    public static let mostNumbers = 32

    /// Whether somebody hears recordings at all.
    public static func hears(_ listener: MailboxListener, in account: Account) -> Bool {
        guard listener.accountID == account.id else { return false }
        return switch listener {
        case .user(let user): user.isAdministrator || account.letsOwnersHearRecordings
        case .mailbox: false
        }
    }

    /// The recordings that somebody hears, a page of them. It costs as much however many there are, and however deep the page is.
    /// - Throws: `VoicemailError.notFound` for who hears none.
    public func heard(by listener: MailboxListener, in account: Account, _ search: RecordingSearch = RecordingSearch(), limit: Int) async throws
        -> HeardRecordings
    {
        guard Self.hears(listener, in: account) else { throw VoicemailError.notFound(id: "recordings") }
        return try await store.read { reader in
            var found: [Recording] = []
            for query in try Listening(listener, in: account, reader).queries(search) {
                var room = limit + 1
                try reader.recordings(query) { recording in
                    // Calls of one second are told apart by their serials.
                    guard search.after?.isPassed(by: recording) != false else { return true }
                    found.append(recording)
                    room -= 1
                    return room > 0
                }
            }
            // A call between two of his mailboxes is found twice.
            var known: Set<Int> = []
            let listed = found.sorted { ($0.started, $0.serial) > ($1.started, $1.serial) }.filter { known.insert($0.serial).inserted }
            let last = listed.count > limit ? listed.prefix(limit).last : nil
            return HeardRecordings(
                recordings: Array(listed.prefix(limit)), next: last.map { RecordingSearch.Place(started: $0.started, serial: $0.serial) })
        }
    }

    /// - Throws: `VoicemailError.notFound` also for one that he does not hear: he need not know that it is there.
    public func heard(_ id: String, by listener: MailboxListener, in account: Account) async throws -> Recording {
        try await store.read { reader in
            guard Self.hears(listener, in: account), let recording = try reader.recording(.id(id), accountID: account.id),
                try Listening(listener, in: account, reader).hears(recording)
            else { throw VoicemailError.notFound(id: id) }
            return recording
        }
    }
}

extension Listening {
    fileprivate func hears(_ recording: Recording) throws -> Bool {
        if listener.isAdministrator { return true }
        for number in [recording.callerNumber, recording.calleeNumber] where !number.isEmpty {
            let found = try reader.mailbox(number: number, in: recording.accountID, attributes: MailboxEntry.attributes)
            if let mailbox = found, mailbox.number == number, isOwn(mailbox), recording.started >= mailbox.ownedSince { return true }
        }
        return false
    }

    private func isOwn(_ mailbox: Mailbox) -> Bool { listener.owns(mailbox) && mailbox.group == nil }

    /// One for an administrator; else two for each number.
    fileprivate func queries(_ search: RecordingSearch) throws -> [RecordingQuery] {
        let query = RecordingQuery(
            accountID: account.id, from: search.from, to: [search.to, search.after?.started].compactMap(\.self).min(), caller: search.caller,
            callee: search.callee, order: .time, ascending: false)
        if listener.isAdministrator { return [query] }
        var queries: [RecordingQuery] = []
        for (number, since) in try numbers() {
            for side in [\RecordingQuery.caller, \.callee] where query[keyPath: side] == nil || query[keyPath: side] == number {
                var own = query
                own[keyPath: side] = number
                own.from = max(query.from ?? since, since)
                queries.append(own)
            }
        }
        return queries
    }

    /// - Returns: numbers, and since when each is his.
    private func numbers() throws -> [(String, Timestamp)] {
        var numbers: [(String, Timestamp)] = []
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, ownerID: listener.id, attributes: MailboxEntry.attributes)
        try reader.each(Mailbox.self, query) { mailbox in
            if isOwn(mailbox) { numbers.append((mailbox.number, mailbox.ownedSince)) }
            return numbers.count < Recordings.mostNumbers
        }
        return numbers
    }
}
