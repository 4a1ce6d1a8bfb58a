/// Settings of a mailbox, as interfaces set them that have a word for each; nil leaves what there is.
public struct MailboxSettings: Sendable, Hashable {
    public var number: String?
    public var name: String?
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
    /// The greeting that callers hear; nil within for the standard one.
    public var greetingInForceID: String??
    /// What is kept only to be shown again.
    public var kept: KeptFields?

    public init() {}

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { request(of: nil).isEmpty && (kept?.isEmpty ?? true) }

    /// In the form that rules are applied to; null takes away.
    /// - Parameter mailbox: the one that is changed; nil for a new one.
    func request(of mailbox: Mailbox?) -> JSONObject {
        var request: JSONObject = [:]
        request["mailbox"] = number.map { .string($0) }
        request["name"] = name.map { .string($0) }
        request["enabled"] = isEnabled.map { .bool($0) }
        request[Mailbox.pinKey] = pin.map { pin in pin.map { .string($0.text) } ?? .null }
        request["require_pin"] = requiresPIN.map { .bool($0) }
        request["timezone"] = timeZone.map { zone in zone.map { .string($0) } ?? .null }
        var addresses = notificationAddresses
        if let first = firstNotificationAddress { addresses = [first] + (addresses ?? mailbox?.notificationAddresses ?? []).dropFirst() }
        request["notify_email_addresses"] = addresses.map { JSON($0) }
        request[Mailbox.mailSwitch] = sendsMail.map { .bool($0) }
        request["include_message_on_notify"] = mailCarriesAudio.map { .bool($0) }
        request["save_after_notify"] = isSavedAfterNotify.map { .bool($0) }
        request["delete_after_notify"] = isDeletedAfterNotify.map { .bool($0) }
        request["media"] = greetingInForceID.map { id in ["unavailable": id.map { .string($0) } ?? .null] }
        return request
    }
}

extension Mailboxes {
    /// Creates a mailbox with some settings; what they leave out has its standard.
    /// - Throws: as `create(_:id:group:claim:keeping:in:)`.
    public func create(_ settings: MailboxSettings, claim: MailboxClaim? = nil, in account: Account) async throws -> Mailbox {
        try await create(settings.request(of: nil), id: nil, claim: claim, keeping: settings.kept, in: account)
    }

    /// - Throws: as `change(_:_:claim:keeping:in:)`.
    public func change(_ id: String, _ settings: MailboxSettings, claim: MailboxClaim? = nil, in account: Account) async throws -> Mailbox {
        try await change(id, claim: claim, keeping: settings.kept, in: account) { .patch(settings.request(of: $0)) }
    }
}
