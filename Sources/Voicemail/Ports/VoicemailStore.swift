/// The port to a database.
///
/// A transaction is a synchronous closure that runs on the store's own thread: rules read, decide and write in
/// one place without interleaving, and a store may group the commits of many callers into one sync. A
/// closure that throws leaves nothing behind. It may run more than once (a store that has to repeat a
/// transaction does), so it must not touch anything outside.
public protocol VoicemailStore: Sendable {
    /// Runs `body` on a consistent snapshot. Visiting ends early when the caller's task is cancelled.
    /// - Throws: what `body` throws, `StoreError`, or `CancellationError`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value

    /// Runs `body` in a transaction and returns once it is durable (promise 1).
    /// - Throws: what `body` throws, or `StoreError`; in both cases nothing was changed.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value

    /// Why nothing can be stored now, in a few words for `/readyz`; nil when all is well.
    func unavailability() async -> String?
}

/// Why a store could not do what was asked.
public enum StoreError: Error, Equatable, Sendable {
    /// A unique key is taken: an id, a mailbox number, a realm.
    case conflict
    /// No room on the device.
    case full
    /// The database failed; the text is for the log.
    case failed(String)
}

/// Which messages to visit, in order of `MessagePosition`.
public struct MessageQuery: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case mailbox(String)
        case account(String)
    }

    public var scope: Scope
    /// Inclusive bounds of the timestamp.
    public var from: Timestamp?
    public var to: Timestamp?
    /// The first message to visit; inclusive.
    public var start: MessagePosition?
    public var ascending: Bool
    /// Only messages filed here, whatever their age.
    public var folder: Folder?
    /// At most this many rows; nil for all.
    public var limit: Int?

    public init(
        scope: Scope, from: Timestamp? = nil, to: Timestamp? = nil, start: MessagePosition? = nil, ascending: Bool = false,
        folder: Folder? = nil, limit: Int? = nil
    ) {
        self.scope = scope
        self.from = from
        self.to = to
        self.start = start
        self.ascending = ascending
        self.folder = folder
        self.limit = limit
    }
}

/// Which documents to visit, in order of name, then id.
public struct DocumentQuery: Sendable, Hashable {
    public var kind: DocumentKind
    /// nil for all accounts.
    public var accountID: String?
    public var ownerID: String?
    /// The first document to visit, by name and id; inclusive.
    public var start: (name: String, id: String)?
    public var ascending: Bool
    /// The attributes that are read of each; nil for all.
    public var attributes: Set<String>?

    public init(
        kind: DocumentKind, accountID: String? = nil, ownerID: String? = nil, start: (name: String, id: String)? = nil,
        ascending: Bool = true, attributes: Set<String>? = nil
    ) {
        self.kind = kind
        self.accountID = accountID
        self.ownerID = ownerID
        self.start = start
        self.ascending = ascending
        self.attributes = attributes
    }

    public static func == (left: DocumentQuery, right: DocumentQuery) -> Bool {
        left.kind == right.kind && left.accountID == right.accountID && left.ownerID == right.ownerID
            && left.start?.name == right.start?.name && left.start?.id == right.start?.id && left.ascending == right.ascending
            && left.attributes == right.attributes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(accountID)
        hasher.combine(start?.id)
    }
}

/// Which accounts of a tree to visit.
public struct AccountQuery: Sendable {
    public enum Branch: Sendable, Hashable {
        /// Those that have none above them.
        case roots
        /// The account of this id and every one below it.
        case at(String)
    }

    public enum Choice: Sendable, Hashable {
        /// All, in order of name, then id.
        case all
        /// Those whose `lookup` begins with this, in order of it, then id.
        case named(String)
    }

    public var branch: Branch
    public var choice: Choice
    /// The first account to visit; inclusive.
    public var start: ListingPlace?
    /// False for the opposite of the order.
    public var ascending: Bool

    public init(_ branch: Branch, _ choice: Choice = .all, start: ListingPlace? = nil, ascending: Bool = true) {
        self.branch = branch
        self.choice = choice
        self.start = start
        self.ascending = ascending
    }

    /// Where an account stands in this order.
    func place(of account: StoredDocument) -> ListingPlace {
        switch choice {
        case .all: (account.name, account.id)
        case .named: (account.lookup ?? "", account.id)
        }
    }
}

/// What the store knows of a blob.
public struct BlobRecord: Sendable, Hashable {
    public let blob: StoredBlob
    /// nil when no decoder accepts the bytes, and while they are not measured.
    public let facts: AudioFacts?
    /// The container of audio that is not measured yet.
    public let unmeasured: String?

    public init(blob: StoredBlob, facts: AudioFacts?, unmeasured: String? = nil) {
        self.blob = blob
        self.facts = facts
        self.unmeasured = unmeasured
    }

    public init(blob: StoredBlob, _ outcome: MeasuringOutcome?) {
        switch outcome {
        case .known(let facts)?: self.init(blob: blob, facts: facts)
        case .pending(let container)?: self.init(blob: blob, facts: nil, unmeasured: container)
        case nil: self.init(blob: blob, facts: nil)
        }
    }

    /// nil when no decoder accepts the bytes.
    public var container: String? { facts?.container ?? unmeasured }
}

/// Reading within a transaction. Removed documents and messages do not exist here.
public protocol StoreReader: RecordingReader, OutboxReader, LoginReader {
    /// - Parameter attributes: those that are read; nil for all. Clients keep thousands, and who shows a few reads those.
    func document(id: String, attributes: Set<String>?) throws -> StoredDocument?
    func document(serial: Int, attributes: Set<String>?) throws -> StoredDocument?
    func document(kind: DocumentKind, scope: String, key: String, attributes: Set<String>?) throws -> StoredDocument?
    /// Visits documents with exactly this `lookup`, in order of serial, until `visit` returns false. Memory is constant.
    func documents(kind: DocumentKind, lookup: String, _ visit: (StoredDocument) throws -> Bool) throws
    /// Visits until `visit` returns false. Memory is constant.
    func documents(_ query: DocumentQuery, _ visit: (StoredDocument) throws -> Bool) throws
    /// Visits accounts of a tree until `visit` returns false. What it costs follows what is visited, not how many accounts there are.
    func accounts(_ query: AccountQuery, _ visit: (StoredDocument) throws -> Bool) throws
    /// Ids of accounts that are removed and not purged yet.
    func removedAccounts() throws -> [String]

    /// - Parameter id: the 32 hex digits.
    func message(id: String) throws -> Message?
    func message(serial: Int) throws -> Message?
    /// Visits until `visit` returns false. Memory is constant.
    func messages(_ query: MessageQuery, _ visit: (Message) throws -> Bool) throws
    /// Visits messages of a mailbox that are not in the trash, whatever their age, in order of position, leaving the first
    /// `offset` of them out; at most `limit`, until `visit` returns false. What is left out costs a step in an index.
    func visibleMessages(mailboxID: String, offset: Int, limit: Int, _ visit: (Message) throws -> Bool) throws
    /// How many messages of a mailbox that are not in the trash come before `position`.
    func visibleCount(mailboxID: String, before position: MessagePosition) throws -> Int
    /// Visits, in order, the days on which messages of an account were left that are not in the trash, from `from` to `to`, both
    /// inclusive, until `visit` returns false. Kept counters; only a day that the bounds cut is counted.
    func visibleDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws
    /// Messages of a mailbox that are not in the trash and not older than `cutoff`.
    func tally(mailboxID: String, cutoff: Timestamp) throws -> Tally
    /// Whether the mailbox has any message in any folder.
    func hasMessages(mailboxID: String) throws -> Bool

    func blob(id: BlobID) throws -> BlobRecord?
    /// Blob records in order of id, after the given one, at most `limit`.
    func blobs(after id: BlobID?, limit: Int) throws -> [BlobRecord]
    /// The same of those that are not measured yet.
    func unmeasuredBlobs(after id: BlobID?, limit: Int) throws -> [BlobRecord]
    /// Messages that carry a blob.
    func messages(ofBlob id: BlobID) throws -> [Message]

    /// Blobs marked for removal whose time has come, at most `limit`: new ones first, oldest first, then those that failed.
    func garbage(dueAt: Timestamp, limit: Int) throws -> [GarbageBlob]
    /// Whether a blob waits to be removed, whenever that may be.
    func isGarbage(_ id: BlobID) throws -> Bool
    /// What names a blob, removed rows too, at most `limit`.
    func holders(of id: BlobID, limit: Int) throws -> [BlobHolder]

    func ticket(hash: String) throws -> Ticket?
    /// Tickets of a credential that end after `now`, oldest first.
    func tickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket]
    func credential(kind: Credential.Kind, handle: String) throws -> Credential?
    func credential(id: String) throws -> Credential?
    func credentials(accountID: String) throws -> [Credential]

    /// Events after `serial`, oldest first, at most `limit`.
    func events(after serial: Int, limit: Int) throws -> [Event]
    /// The serial of the newest event there is; 0 for none.
    func newestEvent() throws -> Int
}

extension StoreReader {
    public func document(id: String) throws -> StoredDocument? { try document(id: id, attributes: nil) }
    public func document(serial: Int) throws -> StoredDocument? { try document(serial: serial, attributes: nil) }
    public func document(kind: DocumentKind, scope: String, key: String) throws -> StoredDocument? {
        try document(kind: kind, scope: scope, key: key, attributes: nil)
    }

    /// Documents with exactly this `lookup`, at most `limit`.
    public func documents(kind: DocumentKind, lookup: String, limit: Int) throws -> [StoredDocument] {
        var found: [StoredDocument] = []
        guard limit > 0 else { return found }
        try documents(kind: kind, lookup: lookup) { document in
            found.append(document)
            return found.count < limit
        }
        return found
    }
}

/// Changing within a transaction.
public protocol StoreWriter: StoreReader, RecordingWriter, OutboxWriter, LoginWriter {
    /// - Returns: the document with its serial.
    /// - Throws: `StoreError.conflict` when the id or the key is taken.
    func insert(_ document: StoredDocument) throws -> StoredDocument
    /// Replaces the stored document of the same id.
    /// - Throws: `StoreError.conflict` when the key is taken, `.failed` for one that was read in part.
    func update(_ document: StoredDocument) throws
    /// Hides a document and frees its key; `physically` deletes the row.
    func remove(documentID: String, at: Timestamp, physically: Bool) throws
    /// Removes messages, documents, recordings, deliveries, tickets and credentials of an account, but not the account itself;
    /// at most `limit` of them.
    /// - Returns: how many went; fewer than `limit` when none is left.
    func removeContents(accountID: String, at: Timestamp, limit: Int) throws -> Int

    /// - Returns: the message with its serial.
    func insert(_ message: Message) throws -> Message
    func update(_ message: Message) throws
    /// Hides a message, leaving it filed under deleted; `physically` deletes the row.
    func remove(messageID: String, at: Timestamp, physically: Bool) throws
    /// Hides every message of a mailbox.
    func removeMessages(mailboxID: String, at: Timestamp) throws

    func insert(_ blob: BlobRecord, at: Timestamp) throws
    /// What decoding says of a blob that was not measured; nil when no decoder accepts it.
    func setFacts(_ facts: AudioFacts?, ofBlob id: BlobID) throws
    /// Marks a blob for removal from the archive if no row names it any more.
    func release(_ id: BlobID) throws
    /// Notes that a marked blob could not be removed, and when to try again.
    func postponeRemoval(of id: BlobID, until: Timestamp) throws
    /// Forgets blobs that the archive has removed.
    func forget(_ blobs: [BlobID]) throws

    func insert(_ session: Ticket) throws
    func update(_ session: Ticket) throws
    func remove(ticketHash: String) throws
    func removeTickets(expiredBefore: Timestamp) throws
    /// Ends every session of an account, a user or a credential.
    func removeTickets(accountID: String?, userID: String?, credentialID: String?) throws

    /// - Throws: `StoreError.conflict` when the handle is taken.
    func insert(_ credential: Credential) throws
    func remove(credentialID: String) throws

    func append(_ event: Event) throws

    /// Takes messages older than `cutoff` out of the tallies, at most `limit`; and puts younger ones back.
    /// - Returns: how many rows changed.
    func retire(accountID: String, cutoff: Timestamp, limit: Int) throws -> Int
    /// Deletes rows removed before `before` for good and releases their blobs, at most `limit`.
    /// - Returns: how many rows went.
    func purge(removedBefore before: Timestamp, limit: Int) throws -> Int
}
