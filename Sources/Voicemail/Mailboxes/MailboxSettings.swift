/// Settings of a mailbox, as interfaces set them that have a word for each; nil leaves what there is.
public struct MailboxSettings: Sendable, Hashable {
    public var number: String?
    public var name: String?
    /// The id of the user it belongs to; nil within for nobody.
    public var ownerID: String??
    public var isEnabled: Bool?
    /// nil within takes the PIN away.
    public var pin: PIN??
    /// Whether a PIN is asked for.
    public var requiresPIN: Bool?
    public var notificationAddresses: [String]?
    /// The first of them alone, from an interface that knows one address; others stay.
    public var firstNotificationAddress: String?
    /// The name of the zone of its times; nil within for its owner's or its account's.
    public var timeZone: String??
    /// Whether mail is sent for new messages, and whether it carries the audio.
    public var sendsMail: Bool?
    public var mailCarriesAudio: Bool?
    /// What becomes of a message once its owner has been told.
    public var isSavedAfterNotify: Bool?
    public var isDeletedAfterNotify: Bool?
    /// Whether its owner has set it up by telephone.
    public var isSetUp: Bool?
    /// How long and how many of its messages are kept.
    public var messageKeepDays: Int?
    public var messageKeepCount: Int?
    /// What happens to it and is told; nil within for what its account tells.
    public var wantedNews: [MailboxNews]??
    /// The greeting that callers hear; nil within for the standard one.
    public var greetingInForceID: String??
    /// What is kept only to be shown again.
    public var kept: KeptFields?

    public init() {}

    public init(number: String, name: String) {
        self.number = number
        self.name = name
    }

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { request(of: nil).isEmpty && (kept?.isEmpty ?? true) }

    /// In the form that rules are applied to; null takes away.
    /// - Parameter mailbox: the one that is changed; nil for a new one.
    func request(of mailbox: Mailbox?) -> JSONObject {
        var request: JSONObject = [:]
        request[.name] = name.map { .string($0) }
        request[.number] = number.map { .string($0) }
        request[.owner] = ownerID.map { id in id.map { .string($0) } ?? .null }
        request[.timeZone] = timeZone.map { zone in zone.map { .string($0) } ?? .null }
        request[.pin] = pin.map { pin in pin.map { .string($0.text) } ?? .null }
        request[.requiresPIN] = requiresPIN.map { .bool($0) }
        var addresses = notificationAddresses
        if let first = firstNotificationAddress { addresses = [first] + (addresses ?? mailbox?.notificationAddresses ?? []).dropFirst() }
        request[.notificationAddresses] = addresses.map { JSON($0) }
        request[.sendsMail] = sendsMail.map { .bool($0) }
        request[.mailCarriesAudio] = mailCarriesAudio.map { .bool($0) }
        request[.isSavedAfterNotify] = isSavedAfterNotify.map { .bool($0) }
        request[.isDeletedAfterNotify] = isDeletedAfterNotify.map { .bool($0) }
        request[.messageKeepDays] = messageKeepDays.map { .int($0) }
        request[.messageKeepCount] = messageKeepCount.map { .int($0) }
        request[.wantedNews] = wantedNews.map(MailboxNews.setting)
        request[.isEnabled] = isEnabled.map { .bool($0) }
        request[.isSetUp] = isSetUp.map { .bool($0) }
        request[.greetings] = greetingInForceID.map { id in ["unavailable": id.map { .string($0) } ?? .null] }
        return request
    }
}

extension Mailboxes {
    /// Creates a mailbox with some settings; what they leave out has its standard.
    /// - Throws: as `create(_:id:group:claim:keeping:in:)`.
    public func create(_ settings: MailboxSettings, group: MailboxGroup? = nil, claim: MailboxClaim? = nil, in account: Account) async throws -> Mailbox {
        try await create(.new(settings.request(of: nil)), id: nil, group: group, claim: claim, keeping: settings.kept, in: account)
    }

    /// - Throws: as `change(_:_:claim:keeping:in:)`.
    public func change(_ id: String, _ settings: MailboxSettings, claim: MailboxClaim? = nil, in account: Account) async throws -> Mailbox {
        try await change(id, claim: claim, in: account) { _ in settings }
    }

    /// Changes a mailbox by what depends on how it is: an interface that has two fields for one setting changes one of them.
    /// - Parameter settings: of the mailbox as it is in the transaction; may be asked more than once.
    /// - Throws: as `change(_:_:claim:keeping:in:)`.
    public func change(
        _ id: String, claim: MailboxClaim? = nil, in account: Account, by settings: @escaping @Sendable (Mailbox) -> MailboxSettings
    ) async throws -> Mailbox {
        try await change(id, claim: claim, in: account) { mailbox in
            let settings = settings(mailbox)
            return (.patch(settings.request(of: mailbox)), settings.kept)
        }
    }
}
