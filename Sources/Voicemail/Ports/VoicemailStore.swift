import Waiting

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

    /// Rung when events were committed here, so that those whom they concern hear of them at once. What another process has
    /// committed rings no bell.
    var eventBell: Bell { get }

    /// Why nothing can be stored now, in a few words for `/readyz`; nil when all is well.
    func unavailability() async -> String?
}

/// Reading within a transaction. Removed documents and messages do not exist here.
///
/// What is visited is one answer of the database, read to its end: a visitor asks the store nothing, which fails. Whoever needs more of
/// what he sees reads a page and asks for all of it together (`documents(ids:)`, `messages(ids:)`, `tallies(mailboxIDs:)`).
public protocol StoreReader: RecordingReader, OutboxReader, LoginReader, TrashReader, HoldReader, AuditReader {
    /// - Parameter attributes: those that are read; nil for all. Clients keep thousands, and who shows a few reads those.
    func document(id: String, attributes: Set<String>?) throws -> StoredDocument?
    func document(serial: Int, attributes: Set<String>?) throws -> StoredDocument?
    func document(kind: DocumentKind, scope: String, key: String, attributes: Set<String>?) throws -> StoredDocument?
    /// Documents in the order of their ids here; one that is not there is left out.
    func documents(ids: [String], attributes: Set<String>?) throws -> [StoredDocument]
    /// The same by serial.
    func documents(serials: [Int], attributes: Set<String>?) throws -> [StoredDocument]
    /// Documents of a kind and scope in the order of their keys here; a key that none of them has is left out.
    func documents(kind: DocumentKind, scope: String, keys: [String], attributes: Set<String>?) throws -> [StoredDocument]
    /// The documents of a kind with a label and exactly this `lookup`, or none, in no particular order. Nothing else is read of them.
    func labels(kind: DocumentKind, accountID: String, lookup: String?) throws -> [LabelledDocument]
    /// How many documents of a kind an account has, with a `lookup` or without; a kept counter.
    func documentCount(kind: DocumentKind, accountID: String, hasLookup: Bool) throws -> Int
    /// Grows whenever a document of this kind is added to an account, changed or removed, and is never the same again.
    func documentChanges(kind: DocumentKind, accountID: String) throws -> Int
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
    /// Messages in the order of their ids here; one that is not there is left out.
    func messages(ids: [String]) throws -> [Message]
    /// Visits until `visit` returns false. Memory is constant.
    func messages(_ query: MessageQuery, _ visit: (Message) throws -> Bool) throws
    /// The same for who only shows them.
    func listedMessages(_ query: MessageQuery, _ visit: (ListedMessage) throws -> Bool) throws
    /// Visits messages of a mailbox that are not in the trash, whatever their age, in order of position, leaving the first
    /// `offset` of them out; at most `limit`, until `visit` returns false. What is left out costs a step in an index.
    func visibleMessages(mailboxID: String, offset: Int, limit: Int, _ visit: (Message) throws -> Bool) throws
    /// How many messages of a mailbox that are not in the trash come before `position`.
    func visibleCount(mailboxID: String, before position: MessagePosition) throws -> Int
    /// Visits, in order, the days on which messages of an account were left that are not in the trash, from `from` to `to`, both
    /// inclusive, until `visit` returns false. Kept counters; only a day that the bounds cut is counted.
    func visibleDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws
    /// Messages of each mailbox, in the order given, that are not in the trash and not older than `cutoff`.
    func tallies(mailboxIDs: [String], cutoff: Timestamp) throws -> [Tally]
    /// Those of the mailboxes that have any message in any folder.
    func mailboxesWithMessages(among ids: [String]) throws -> Set<String>
    /// Those of some accounts of which `retire` would change something, each with its cutoff.
    func accountsToRetire(_ cutoffs: [(accountID: String, cutoff: Timestamp)]) throws -> Set<String>

    func blob(id: BlobID) throws -> BlobRecord?
    /// The records of some blobs, in no particular order; one that is not there is left out.
    func blobs(ids: Set<BlobID>) throws -> [BlobRecord]
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
    /// How many these are, counted as far as `limit`: what there are thousands of is not read.
    func countTickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp, limit: Int) throws -> Int
    /// Tickets of a user, or of a mailbox, that end after `now`, oldest first.
    func tickets(userID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket]
    func credential(kind: Credential.Kind, handle: String) throws -> Credential?
    func credential(id: String) throws -> Credential?
    func credentials(accountID: String) throws -> [Credential]

    /// Events after `serial`, oldest first, at most `limit`. For looking at: serials are not in the order of commits.
    func events(after serial: Int, limit: Int) throws -> [Event]
    /// Serials of the events there are, the highest first, at most `limit`. One that is missing among them may be of a transaction under way.
    func newestEventSerials(limit: Int) throws -> [Int]
}

extension StoreReader {
    public func tally(mailboxID: String, cutoff: Timestamp) throws -> Tally {
        try tallies(mailboxIDs: [mailboxID], cutoff: cutoff).first ?? Tally()
    }

    public func hasMessages(mailboxID: String) throws -> Bool { try !mailboxesWithMessages(among: [mailboxID]).isEmpty }

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
///
/// A document that clashes says so at once, and the transaction may go on. Of everything else a store may say it at once, with what is done next
/// or at the end, and the transaction fails with it: so it need not wait for each change by itself.
public protocol StoreWriter: StoreReader, RecordingWriter, OutboxWriter, LoginWriter, TrashWriter, HoldWriter, AuditWriter {
    /// - Returns: the document with its serial.
    /// - Throws: `StoreError.conflict` when the id or the key is taken.
    func insert(_ document: StoredDocument) throws -> StoredDocument
    /// Replaces the stored document of the same id.
    /// - Throws: `StoreError.conflict` when the key is taken, `.failed` for one that was read in part.
    func update(_ document: StoredDocument) throws
    /// Hides a document and frees its key; `physically` deletes the row.
    func remove(documentID: String, at: Timestamp, physically: Bool) throws
    /// Removes messages, documents, recordings, deliveries, records of attempts, tickets and credentials of an account, but not the account itself;
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

    func insert(_ ticket: Ticket) throws
    func update(_ ticket: Ticket) throws
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
    /// Deletes rows removed before `before` for good and releases their blobs, at most `limit`. Messages that a hold covers stay, and so do
    /// documents of an account in which anything is held.
    /// - Returns: what went.
    func purge(removedBefore before: Timestamp, limit: Int) throws -> [PurgedThing]
}

extension StoreReader {
    /// For stores that gain nothing by reading less.
    public func listedMessages(_ query: MessageQuery, _ visit: (ListedMessage) throws -> Bool) throws {
        try messages(query) { try visit(ListedMessage($0)) }
    }
}
