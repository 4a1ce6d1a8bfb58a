/// The numbers that rules go by, from the configuration.
public struct Limits: Sendable, Hashable {
    /// Longest PIN a mailbox may have (K§12-07).
    public var maximumPinLength: Int
    /// Days a message can be changed and is counted, unless its account says otherwise (K§6.5).
    public var retentionDays: Int
    /// Widest window of a listing that names its beginning, in seconds (K§6.4).
    public var maximumRange: Int
    /// Bytes of one piece of audio.
    public var maximumAudioBytes: Int
    /// Bytes of one recording.
    public var maximumRecordingBytes: Int
    /// Bytes of what is kept of an account, user, mailbox, greeting or webhook, as JSON.
    public var maximumDocumentBytes: Int
    /// Messages one request may name.
    public var maximumBatch: Int
    /// Greetings of one mailbox, and prompts of one account, where they are files.
    public var maximumGreetings: Int
    /// Messages of a mailbox, above which it takes no more from callers; a mailbox may have a number of its own.
    public var mailboxCapacity: Int
    /// Seconds of one message left by telephone; a mailbox may have a number of its own (K§13).
    public var longestMessageSeconds = 500
    /// What is left by telephone and shorter is no message (K§13).
    public var shortestMessageMilliseconds = 500
    /// Seconds a session lives that a user has logged in to (K§3).
    public var tokenLifetime: Int
    /// Days removed messages and documents are kept for an administrator to undo.
    public var trashDays: Int
    /// Days events are kept once their deliveries have been written.
    public var eventDays: Int
    /// Days deliveries that were given up are kept for an administrator.
    public var deadLetterDays: Int
    /// Hours that audio stays where it is when nothing names it any more, so that a database can be taken back that far.
    public var audioRecoveryHours = 0
    /// How long recordings are kept, unless their account says otherwise.
    public var recordingRetention: RecordingRetention
    /// How long and how many messages are kept, unless their account or mailbox says otherwise.
    public var messageRetention = MessageRetention()
    /// What happens to mailboxes and is told to their people, unless their account or mailbox says otherwise.
    public var mailboxNews: Set<MailboxNews> = []
    /// Whether those who hear of new messages hear of those that clients and administrators leave, where neither they nor their account say.
    public var notifiesOfClientMessages = false
    /// How full a mailbox is of which one says that it is nearly full: a hundredth part each.
    public var nearlyFullPercent = 90
    /// Whether receivers of webhooks and reports may be on this machine.
    public var allowsReceiversHere: Bool
    /// Whether they may be in private networks.
    public var allowsPrivateReceivers = false
    /// The zone of accounts and mailboxes that name none.
    public var timezone: String
    /// Deepest account tree.
    public var maximumAccountDepth: Int
    /// How numbers are dialled here.
    public var numbers = NumberPlan()

    public init(
        maximumPinLength: Int = 15, retentionDays: Int = 93, maximumRange: Int = 2_682_000, maximumAudioBytes: Int = 8_000_000,
        maximumRecordingBytes: Int = 512 << 20, maximumDocumentBytes: Int = 64 << 10,
        maximumBatch: Int = 10_000, maximumGreetings: Int = 500, mailboxCapacity: Int = 100, tokenLifetime: Int = 3600,
        trashDays: Int = 93, eventDays: Int = 7, deadLetterDays: Int = 30, recordingRetention: RecordingRetention = RecordingRetention(),
        timezone: String = "UTC", maximumAccountDepth: Int = 16,
        allowsReceiversHere: Bool = false
    ) {
        self.maximumPinLength = maximumPinLength
        self.retentionDays = retentionDays
        self.maximumRange = maximumRange
        self.maximumAudioBytes = maximumAudioBytes
        self.maximumRecordingBytes = maximumRecordingBytes
        self.maximumDocumentBytes = maximumDocumentBytes
        self.maximumBatch = maximumBatch
        self.maximumGreetings = maximumGreetings
        self.mailboxCapacity = mailboxCapacity
        self.tokenLifetime = tokenLifetime
        self.trashDays = trashDays
        self.eventDays = eventDays
        self.deadLetterDays = deadLetterDays
        self.recordingRetention = recordingRetention
        self.timezone = timezone
        self.maximumAccountDepth = maximumAccountDepth
        self.allowsReceiversHere = allowsReceiversHere
    }

    /// Seconds of retention for an account: days and one hour (K§6.5).
    public func retentionSeconds(of account: Account) -> Int {
        (account.messageRetentionDays ?? retentionDays) * 86_400 + 3_600
    }
}

extension Limits {
    /// Checks what a thing is to be by its schema and by how much there may be of it: a listing reads many.
    /// - Parameters:
    ///   - before: what is stored of it. What has become too large by another limit may shrink, and stay as large.
    ///   - kept: what interfaces are to keep with it, and before that kept; it counts as well.
    /// - Returns: what to store, and every rule it breaks.
    /// - Throws: `VoicemailError.documentTooLarge`.
    public func checked(
        _ object: JSONObject, by schema: Schema, before: JSONObject = [:], kept: (after: JSONObject, before: JSONObject) = ([:], [:])
    ) throws(VoicemailError) -> (JSONObject, [Violation]) {
        let result = schema.apply(to: object)
        let size = Self.size(of: result.0) + Self.size(of: kept.after)
        if size > maximumDocumentBytes, size > Self.size(of: before) + Self.size(of: kept.before) { throw .documentTooLarge(limit: maximumDocumentBytes) }
        return result
    }

    private static func size(of attributes: JSONObject) -> Int { attributes.isEmpty ? 0 : JSON.object(attributes).encoded.utf8.count }
}
