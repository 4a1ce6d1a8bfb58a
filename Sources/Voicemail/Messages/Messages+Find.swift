import Foundation

/// A message, and the zone that its mailbox's times are shown in (K§7.9).
public struct ZonedMessage: Sendable {
    public let message: Message
    public let zone: TimeZone
}

/// A message as a caller names it: by mailbox and by its month id.
public struct MessagePlace: Sendable, Hashable {
    public let mailboxID: String
    /// `YYYYMM-` and 32 hex digits; anything else names no message.
    public let monthID: String

    public init(mailboxID: String, monthID: String) {
        self.mailboxID = mailboxID
        self.monthID = monthID
    }

    /// Whether a message may have this name.
    public var isNamed: Bool {
        let month = monthID.utf8.prefix(7)
        return month.count == 7 && month.dropLast().allSatisfy(\.isDigit)
            && month.last == UInt8(ascii: "-") && HexID.isValid(String(monthID.dropFirst(7)))
    }
}

/// Messages of a mailbox or an account, newest first unless `ascending`.
public struct MessageListing: Sendable {
    public var query: MessageQuery
    /// Messages in the answer; nil for all.
    public var limit: Int?
    /// Messages that are looked at for one page at most, so that a page costs no more where few are kept. Then it may be short, or empty, and
    /// others follow; nil for no bound.
    public var looks: Int?
    public var keep: @Sendable (Message) -> Bool

    public init(query: MessageQuery, limit: Int?, looks: Int? = nil, keep: @escaping @Sendable (Message) -> Bool = { _ in true }) {
        self.query = query
        self.limit = limit
        self.looks = looks
        self.keep = keep
    }
}

public struct MessagePage<Row: Sendable>: Sendable {
    public fileprivate(set) var messages: [Row] = []
    /// Where the next page starts; nil on the last one.
    public fileprivate(set) var next: MessagePosition?

    /// Takes a row until there are `limit`.
    /// - Returns: whether there is room for more; the row for which there was none begins the next page.
    fileprivate mutating func take(_ row: Row, at position: MessagePosition, limit: Int?) -> Bool {
        guard messages.count != limit else { return end(before: position) }
        messages.append(row)
        return true
    }

    /// - Returns: false, for the visit to end with it.
    fileprivate mutating func end(before position: MessagePosition) -> Bool {
        next = position
        return false
    }
}

/// The same of what listings show.
public struct ShownMessages: Sendable {
    public var query: MessageQuery
    /// What is older is none of it, although the query may go further back.
    public var since: Timestamp
    /// Messages in the answer; nil for all.
    public var limit: Int?
    public var keep: @Sendable (ListedMessage) -> Bool

    public init(query: MessageQuery, since: Timestamp, limit: Int?, keep: @escaping @Sendable (ListedMessage) -> Bool) {
        self.query = query
        self.since = since
        self.limit = limit
        self.keep = keep
    }
}

extension Messages {
    /// One page. A page is filled through what `keep` leaves out, so only the last one is short (K§2.10).
    public func list(_ listing: MessageListing) async throws -> MessagePage<Message> {
        try await store.read { try $0.page(listing) }
    }

    /// The same of what listings show.
    public func show(_ shown: ShownMessages) async throws -> MessagePage<ListedMessage> {
        try await store.read { try $0.page(shown) }
    }

    /// How many messages a query visits. Each is visited, so this is for who is about to change them all.
    public func count(_ query: MessageQuery) async throws -> Int {
        try await store.read { reader in
            var count = 0
            try reader.messages(query) { _ in
                count += 1
                return true
            }
            return count
        }
    }

    /// - Throws: `VoicemailError.notFound` also for a message of another mailbox (K§7.4).
    public func find(_ place: MessagePlace, in account: Account) async throws -> Message {
        try await look(in: account) { try $0.message(at: place) }
    }

    /// A message by its 32 hex digits, whosever it is: for an administrator of the server.
    public func find(anywhere id: String) async throws -> Message? {
        try await store.read { try $0.message(id: id) }
    }

    /// From one reading.
    /// - Throws: as `find(_:in:)`.
    public func findZoned(_ place: MessagePlace, in account: Account) async throws -> ZonedMessage {
        try await look(in: account) { try $0.zonedMessage(at: place, service.mailboxes) }
    }

    /// Messages of a mailbox by id, in the order asked; unknown ones are left out.
    public func list(_ ids: [String], of mailboxID: String, in account: Account) async throws -> [Message] {
        try await look(in: account) { try $0.messages(ids, of: mailboxID) }
    }

    /// Opens a message's audio.
    /// - Throws: `VoicemailError.notFound`, `.noAudio`, `ArchiveError`.
    public func audio(of message: Message) async throws -> (any BlobReader, AudioAttachment) {
        guard let audio = message.audio else { throw VoicemailError.noAudio(id: message.monthID) }
        return (try await service.renditions.open(audio), audio)
    }
}

extension StoreReader {
    func page(_ listing: MessageListing) throws -> MessagePage<Message> {
        var page = MessagePage<Message>()
        var looked = 0
        try messages(listing.query) { message in
            if looked == listing.looks { return page.end(before: message.position) }
            looked += 1
            guard listing.keep(message) else { return true }
            return page.take(message, at: message.position, limit: listing.limit)
        }
        return page
    }

    func page(_ shown: ShownMessages) throws -> MessagePage<ListedMessage> {
        var page = MessagePage<ListedMessage>()
        try listedMessages(shown.query) { message in
            // Newest first, all that follow are older still.
            guard message.timestamp >= shown.since else { return shown.query.ascending }
            guard shown.keep(message) else { return true }
            return page.take(message, at: message.position, limit: shown.limit)
        }
        return page
    }
}

extension AccountLook {
    /// - Throws: `VoicemailError.notFound` also for a message of another mailbox (K§7.4).
    func message(at place: MessagePlace) throws -> Message {
        guard let id = Self.id(named: place.monthID), let message = try reader.message(id: id), isAt(place, message) else {
            throw VoicemailError.notFound(id: place.monthID)
        }
        return message
    }

    /// Messages of a mailbox by their month ids, in that order; what names none is left out.
    func messages(_ monthIDs: [String], of mailboxID: String) throws -> [Message] {
        let found = try reader.messages(ids: Array(OrderedSet(monthIDs.compactMap(Self.id(named:)))))
        let known = Dictionary(found.map { ($0.monthID, $0) }, uniquingKeysWith: { first, _ in first })
        return monthIDs.compactMap { id in known[id].flatMap { isAt(MessagePlace(mailboxID: mailboxID, monthID: id), $0) ? $0 : nil } }
    }

    /// The month is seven characters; the rest is the id.
    private static func id(named monthID: String) -> String? {
        let id = String(monthID.dropFirst(7))
        return HexID.isValid(id) ? id : nil
    }

    /// Whether a message is what a place names. A wrong month names nothing.
    private func isAt(_ place: MessagePlace, _ message: Message) -> Bool {
        message.monthID == place.monthID && message.mailboxID == place.mailboxID && message.accountID == account.id
    }

    func zonedMessage(at place: MessagePlace, _ mailboxes: Mailboxes) throws -> ZonedMessage {
        let message = try message(at: place)
        guard let mailbox: Mailbox = try reader.find(id: message.mailboxID) else { throw VoicemailError.notFound(id: place.mailboxID) }
        return ZonedMessage(message: message, zone: try mailboxes.timeZone(of: mailbox, account: account, reader))
    }

    /// A message that retention still allows to change (K§6.5).
    func changeable(_ place: MessagePlace, since cutoff: Timestamp) throws -> Message {
        let message = try message(at: place)
        guard message.timestamp >= cutoff else { throw VoicemailError.expired(id: place.monthID, cutoff: cutoff) }
        return message
    }
}
