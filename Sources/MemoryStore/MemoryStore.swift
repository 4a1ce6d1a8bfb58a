import Synchronization
import Voicemail
import Waiting

/// The store's port in memory: what each promise means, with nothing in the way of reading it. For tests that need no database; it forgets
/// everything, and looks at every row for each answer.
public final class MemoryStore: VoicemailStore {
    private let rows = Mutex(Rows())
    public let eventBell = Bell()

    public init() {}

    public func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try body(MemoryTransaction(rows.withLock { $0 }))
    }

    public func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        // Transactions run one after the other, so that what one has read stays true until it ends.
        let (value, hasEvents) = try rows.withLock { rows in
            let transaction = MemoryTransaction(rows)
            let value = try body(transaction)
            let hasEvents = transaction.rows.events.count > rows.events.count
            rows = transaction.rows
            return (value, hasEvents)
        }
        if hasEvents { eventBell.ring() }
        return value
    }

    public func unavailability() async -> String? { nil }
}

/// What is stored. Rows are in the order of their serials, which are never given twice.
struct Rows: Sendable {
    /// A row that may be hidden before it goes.
    struct Hideable<Thing: Sendable>: Sendable {
        var thing: Thing
        var removedAt: Timestamp?
        /// A message too old to be counted.
        var isRetired = false
    }

    struct Garbage: Sendable {
        let id: BlobID
        var failures = 0
        var notBefore = Timestamp(unix: 0)
    }

    struct DocumentSet: Hashable, Sendable {
        let kind: DocumentKind
        let accountID: String
    }

    var lastSerial = 0
    var documents: [Hideable<StoredDocument>] = []
    var changes: [DocumentSet: Int] = [:]
    var messages: [Hideable<Message>] = []
    var recordings: [Recording] = []
    var blobs: [BlobRecord] = []
    var garbage: [Garbage] = []
    var tickets: [Ticket] = []
    var credentials: [Credential] = []
    var events: [Event] = []
    var unplanned: Set<Int> = []
    var deliveries: [Delivery] = []
    var attempts: [AttemptRecord] = []
    var logins: [LoginCount] = []
    var holds: [LegalHold] = []
    var auditEntries: [AuditEntry] = []
    var auditBatches: [AuditBatch] = []

    mutating func nextSerial() -> Int {
        lastSerial += 1
        return lastSerial
    }
}

/// Reading and changing within one transaction. Whoever is shown rows asks nothing meanwhile.
final class MemoryTransaction: StoreWriter {
    private var held: Rows
    private var isVisited = false

    init(_ rows: Rows) { held = rows }

    var rows: Rows { held }

    /// The rows, to be read.
    func all() throws -> Rows {
        guard !isVisited else { throw StoreError.failed("a visitor asks the store for more") }
        return held
    }

    func change<Value>(_ body: (inout Rows) throws -> Value) throws -> Value {
        guard !isVisited else { throw StoreError.failed("a visitor asks the store for more") }
        return try body(&held)
    }

    func show<Row>(_ rows: some Sequence<Row>, _ visit: (Row) throws -> Bool) throws {
        isVisited = true
        defer { isVisited = false }
        for row in rows {
            if Task.isCancelled { throw CancellationError() }
            guard try visit(row) else { return }
        }
    }
}

/// Texts are what their bytes are; Swift takes some for equal that differ.
extension String {
    func isSame(as other: String?) -> Bool { other.map { utf8.elementsEqual($0.utf8) } ?? false }
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension Optional where Wrapped == String {
    func isSame(as other: String?) -> Bool { self?.isSame(as: other) ?? (other == nil) }
}

/// The order of listings by a name and an id.
func precedes(_ left: ListingPlace, _ right: ListingPlace) -> Bool {
    left.name.isSame(as: right.name) ? left.id.precedes(right.id) : left.name.precedes(right.name)
}
