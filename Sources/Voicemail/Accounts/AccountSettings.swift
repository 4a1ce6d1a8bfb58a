/// Settings of an account, as interfaces set them that have a word for each; nil leaves what there is.
public struct AccountSettings: Sendable, Hashable {
    public var name: String?
    /// Its SIP domain.
    public var realm: String?
    /// The name of the zone of its times; nil within for the server's.
    public var timeZone: String??
    /// nil within for the server's.
    public var language: String??
    /// Whether anybody of it may log in.
    public var isEnabled: Bool?
    /// Days that its messages can be changed.
    public var messageRetentionDays: Int?
    /// How long and how many of its recordings are kept.
    public var recordingRetentionDays: Int?
    public var recordingMaximumBytes: Int?
    /// How long and how many of its messages are kept.
    public var messageKeepDays: Int?
    public var messageKeepBytes: Int?
    /// Whether owners of mailboxes hear the recordings of their own calls.
    public var letsOwnersHearRecordings: Bool?
    /// Whether it is noted who hears a message or a recording.
    public var auditsListening: Bool?
    /// Whether messages that clients and administrators leave are news.
    public var notifiesOfClientMessages: Bool?
    /// The events of its mailboxes that are mailed; `.some(nil)` for those of the server's settings.
    public var wantedNews: [MailboxNews]??

    public init(name: String? = nil) { self.name = name }

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { request.isEmpty }

    /// In the form that rules are applied to; null takes away.
    var request: JSONObject {
        var request: JSONObject = [:]
        request[.name] = name.map { .string($0) }
        request[.realm] = realm.map { .string($0) }
        request[.timeZone] = timeZone.map { zone in zone.map { .string($0) } ?? .null }
        request[.language] = language.map { language in language.map { .string($0) } ?? .null }
        request[.messageRetentionDays] = messageRetentionDays.map { .int($0) }
        request[.recordingRetentionDays] = recordingRetentionDays.map { .int($0) }
        request[.recordingMaximumBytes] = recordingMaximumBytes.map { .int($0) }
        request[.messageKeepDays] = messageKeepDays.map { .int($0) }
        request[.messageKeepBytes] = messageKeepBytes.map { .int($0) }
        request[.auditsListening] = auditsListening.map { .bool($0) }
        request[.notifiesOfClientMessages] = notifiesOfClientMessages.map { .bool($0) }
        request[.isEnabled] = isEnabled.map { .bool($0) }
        request[.letsOwnersHearRecordings] = letsOwnersHearRecordings.map { .bool($0) }
        request[.wantedNews] = wantedNews.map(MailboxNews.setting)
        return request
    }
}

extension Accounts {
    /// Creates an account with some settings; what they leave out has its standard.
    /// - Throws: as `create(_:id:below:actsOnAllAccounts:hasOwnName:)`.
    public func create(
        _ settings: AccountSettings, below parent: Account?, actsOnAllAccounts: Bool = false, hasOwnName: Bool = false
    ) async throws -> Account {
        try await create(.new(settings.request), below: parent, actsOnAllAccounts: actsOnAllAccounts, hasOwnName: hasOwnName)
    }

    /// - Throws: as `change(_:_:)` of attributes.
    public func change(_ id: String, _ settings: AccountSettings) async throws -> Account { try await change(id, .patch(settings.request)) }
}
