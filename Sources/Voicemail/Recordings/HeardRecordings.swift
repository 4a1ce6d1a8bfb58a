/// A search among the recordings that a listener may hear.
public struct RecordingSearch: Sendable, Hashable {
    /// A place in the list: behind the recording of this time and serial.
    public struct Place: Sendable, Hashable {
        public let started: Timestamp
        public let serial: Int

        public init(started: Timestamp, serial: Int) {
            self.started = started
            self.serial = serial
        }

        func isPassed(by recording: Recording) -> Bool { (recording.started, recording.serial) < (started, serial) }
    }

    /// Bounds of the time at which the call began, both inclusive.
    public var from: Timestamp?
    public var to: Timestamp?
    /// The caller's and the callee's number, compared as they are written.
    public var caller: String?
    public var callee: String?
    /// The place that the page begins behind; nil for the first page.
    public var after: Place?

    public init(from: Timestamp? = nil, to: Timestamp? = nil, caller: String? = nil, callee: String? = nil, after: Place? = nil) {
        self.from = from
        self.to = to
        self.caller = caller
        self.callee = callee
        self.after = after
    }
}

/// A page of recordings, newest first.
public struct HeardRecordings: Sendable {
    public let recordings: [Recording]
    /// The place that the next page begins behind; nil on the last one.
    public let next: RecordingSearch.Place?
}

/// Recordings that a person may hear. An administrator hears all of his account. A user hears, where the account lets owners hear recordings, the
/// calls from and to the numbers of his own mailboxes; not those from before he had the mailbox, as they were another's, nor those of a mailbox
/// that a group shares, as they are others' too. A login by PIN hears none: a PIN is short, and is meant for messages.
extension Recordings {
    /// The most mailboxes of one user whose calls are listed, in order of name. Each costs two queries, one for either side of a call.
    public static let mostNumbers = 32

    /// Whether a listener may hear any recording.
    public static func hears(_ listener: MailboxListener, in account: Account) -> Bool {
        guard listener.accountID == account.id else { return false }
        return switch listener {
        case .user(let user): user.isAdministrator || account.letsOwnersHearRecordings
        case .mailbox: false
        }
    }

    /// A page of the recordings that a listener may hear. Its cost depends neither on how many there are nor on how deep the page is.
    /// - Throws: `VoicemailError.notFound` for a listener who may hear none.
    public func heard(by listener: MailboxListener, in account: Account, _ search: RecordingSearch = RecordingSearch(), limit: Int) async throws
        -> HeardRecordings
    {
        guard Self.hears(listener, in: account) else { throw VoicemailError.notFound(id: "recordings") }
        return try await store.read { reader in
            var found: [Recording] = []
            for query in try Listening(listener, in: account, reader).queries(search) {
                var room = limit + 1
                try reader.recordings(query) { recording in
                    // The query is bounded by whole seconds, so it begins with recordings that the page before has shown.
                    guard search.after?.isPassed(by: recording) != false else { return true }
                    found.append(recording)
                    room -= 1
                    return room > 0
                }
            }
            // A call between two mailboxes of one user is found by both numbers.
            var known: Set<Int> = []
            let listed = found.sorted { ($0.started, $0.serial) > ($1.started, $1.serial) }.filter { known.insert($0.serial).inserted }
            let last = listed.count > limit ? listed.prefix(limit).last : nil
            return HeardRecordings(
                recordings: Array(listed.prefix(limit)), next: last.map { RecordingSearch.Place(started: $0.started, serial: $0.serial) })
        }
    }

    /// - Throws: `VoicemailError.notFound` also for one that the listener may not hear, so that its existence is not told.
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

    /// The queries that answer a search together: one for an administrator, else two for each number, one for either side of a call.
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

    /// The numbers of the listener's own mailboxes, each with the time since when it is his.
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
