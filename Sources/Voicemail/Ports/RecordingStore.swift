/// Which recordings of an account to visit or count.
public struct RecordingQuery: Sendable, Hashable {
    public enum Order: Sendable, Hashable {
        case serial
        /// By the time of the call, then by serial.
        case time
    }

    public var accountID: String
    /// Inclusive bounds of the call's time.
    public var from: Timestamp?
    public var to: Timestamp?
    /// Exact numbers.
    public var caller: String?
    public var callee: String?
    /// Only these.
    public var serials: [Int]?
    /// Only those that came in after the one of this serial.
    public var after: Int?
    public var order: Order
    public var ascending: Bool
    /// Recordings to pass over first.
    public var offset: Int
    /// At most this many; nil for all.
    public var limit: Int?

    public init(
        accountID: String, from: Timestamp? = nil, to: Timestamp? = nil, caller: String? = nil, callee: String? = nil,
        serials: [Int]? = nil, after: Int? = nil, order: Order = .serial, ascending: Bool = true, offset: Int = 0, limit: Int? = nil
    ) {
        self.accountID = accountID
        self.from = from
        self.to = to
        self.caller = caller
        self.callee = callee
        self.serials = serials
        self.after = after
        self.order = order
        self.ascending = ascending
        self.offset = offset
        self.limit = limit
    }
}

/// How one recording is named.
public enum RecordingKey: Sendable, Hashable {
    case id(String)
    case serial(Int)
    case name(String)
    case source(String)
    case callRecord(String)
}

/// Reading recordings within a transaction.
public protocol RecordingReader {
    func recording(_ key: RecordingKey, accountID: String) throws -> Recording?
    /// Visits until `visit` returns false. Memory is constant; a page deep in the list costs what the first one does
    /// when nothing but time is filtered.
    func recordings(_ query: RecordingQuery, _ visit: (Recording) throws -> Bool) throws
    /// How many there are, whatever `offset` and `limit` say.
    func recordingCount(_ query: RecordingQuery) throws -> Int
    /// Visits, in order, the days on which recorded calls began, as `StoreReader.visibleDays` does for messages.
    func recordingDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws
    /// Kept counters.
    func recordingTotals(accountID: String) throws -> RecordingTotals
}

/// Changing recordings within a transaction.
public protocol RecordingWriter: RecordingReader {
    /// - Returns: the recording with its serial.
    /// - Throws: `StoreError.conflict` when the id, the name, the source or the call record is taken.
    func insert(_ recording: Recording) throws -> Recording
    /// Gives recordings of a blob their length that have none.
    func setDuration(_ milliseconds: Int, ofUnmeasuredRecordingsOf id: BlobID) throws
    /// Deletes the row and releases the audio.
    func remove(recordingID: String) throws
    /// The same of several.
    func remove(recordingIDs: [String]) throws
}
