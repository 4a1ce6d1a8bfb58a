/// Limits and defaults of the domain's rules, from the configuration.
public struct Limits: Sendable, Hashable {
    /// Characters of the longest PIN that a mailbox may have (K§12-07).
    public var maximumPinLength: Int
    /// Days during which a message can be changed and is counted, unless its account sets its own (K§6.5).
    public var retentionDays: Int
    /// Seconds of the widest window that a listing may ask for (K§6.4).
    public var maximumRange: Int
    /// Bytes of one piece of audio.
    public var maximumAudioBytes: Int
    /// Bytes of one recording.
    public var maximumRecordingBytes: Int
    /// Bytes of the JSON that is stored of an account, a user, a mailbox, a greeting or a webhook.
    public var maximumDocumentBytes: Int
    /// Messages that one request may name.
    public var maximumBatch: Int
    /// Greetings of one mailbox, and prompts of one account, as far as they have file names.
    public var maximumGreetings: Int
    /// Messages in a mailbox from which on it takes no more from callers, unless the mailbox sets its own number.
    public var mailboxCapacity: Int
    /// Seconds of the longest message that is left by telephone, unless the mailbox sets its own (K§13).
    public var longestMessageSeconds = 500
    /// A shorter recording that is left by telephone is no message (K§13).
    public var shortestMessageMilliseconds = 500
    /// Seconds for which the token of a user's login is good (K§3).
    public var tokenLifetime: Int
    /// Days for which removed messages and documents are kept, so that an administrator can bring them back.
    public var trashDays: Int
    /// Days for which events are kept once their deliveries are planned.
    public var eventDays: Int
    /// Days for which deliveries that were given up are kept, so that an administrator can retry them.
    public var deadLetterDays: Int
    /// Hours for which audio stays in the archive once nothing names it, so that an older copy of the database still finds it.
    public var audioRecoveryHours = 0
    /// How long recordings are kept, unless their account sets its own rule.
    public var recordingRetention: RecordingRetention
    /// How long messages are kept, and how many, unless their account or mailbox sets its own rule.
    public var messageRetention = MessageRetention()
    /// News of a mailbox that its people are told by mail, unless their account or mailbox sets its own.
    public var mailboxNews: Set<MailboxNews> = []
    /// Whether those who hear of new messages hear of those that clients and administrators leave, where neither they nor their account say.
    public var notifiesOfClientMessages = false
    /// The percentage of its capacity at which a mailbox is nearly full.
    public var nearlyFullPercent = 90
    /// Whether receivers of webhooks and reports may be on this machine.
    public var allowsReceiversHere: Bool
    /// Whether receivers may be in private networks.
    public var allowsPrivateReceivers = false
    /// The time zone of accounts and mailboxes that name none.
    public var timezone: String
    /// Levels of the account tree.
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
    /// Checks the attributes of a document against its schema, and their size, which is bounded because listings read many documents.
    /// - Parameters:
    ///   - before: the attributes that are stored. A document that is too large for a limit set later may stay as large, or shrink.
    ///   - kept: what interfaces keep with it, after the change and before, which counts too.
    /// - Returns: the attributes to store, and every violation.
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
