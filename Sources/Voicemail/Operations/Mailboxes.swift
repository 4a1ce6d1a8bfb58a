import Foundation

extension VoicemailService {
    /// Creates a mailbox (KAZOO contract §5.3), a person's or a group's.
    /// - Parameter claim: what nobody else may have, judged first.
    /// - Throws: `VoicemailError.invalid` with every rule broken at once, a taken number among them; `.conflict`; `MailboxClaim.Clash`.
    public func createMailbox(
        _ request: JSONObject, id: String?, group: MailboxGroup? = nil, claim: MailboxClaim? = nil, in account: Document
    ) async throws -> Document {
        let (checked, violations) = Schema.mailbox(limits).apply(to: request.withoutPrivateKeys)
        let plain = Self.mailbox(
            Document(id: id ?? HexID.random(), kind: .mailbox, accountID: account.id, name: "", scope: account.id, created: clock.now), checked)
        return try await store.write { writer in
            var draft = plain
            if let claim { try Self.judge(claim, writer) }
            try Self.refuse(violations, orTakenNumberOf: draft, writer)
            if let group { try Self.setGroup(group, of: &draft, account, writer) }
            try Self.claimID(draft.id, writer)
            return try Self.add(draft, writer)
        }
    }

    /// Replaces or patches a mailbox (§5.5, §5.6).
    /// - Parameter claim: what nobody else may have, judged first.
    public func changeMailbox(_ id: String, _ change: AttributeChange, claim: MailboxClaim? = nil, in account: Document) async throws -> Document {
        let now = clock.now
        let schema = Schema.mailbox(limits)
        return try await store.write { writer in
            let mailbox = try Self.document(id, .mailbox, account.id, writer)
            if let claim { try Self.judge(claim, writer) }
            let (checked, violations) = schema.apply(to: change.applied(to: mailbox.attributes))
            var changed = Self.mailbox(mailbox, checked)
            try Self.refuse(violations, orTakenNumberOf: changed, writer)
            return try Self.save(&changed, writer, now)
        }
    }

    /// Finds a request to create a mailbox valid, or throws as `createMailbox` would, and changes nothing.
    public func validateMailbox(_ request: JSONObject, id: String?, in account: Document) async throws {
        let draft = Document(id: id ?? HexID.random(), kind: .mailbox, accountID: account.id, name: "", scope: account.id, created: clock.now)
        try await validateMailbox(.replace(request), of: draft, in: account)
    }

    /// Finds a change of a mailbox valid, or throws as `changeMailbox` would, and changes nothing.
    public func validateMailbox(_ change: AttributeChange, of mailbox: Document, in account: Document) async throws {
        let (checked, violations) = Schema.mailbox(limits).apply(to: change.applied(to: mailbox.attributes))
        let planned = Self.mailbox(mailbox, checked)
        try await store.read { try Self.refuse(violations, orTakenNumberOf: planned, $0) }
    }

    /// Removes a mailbox, its messages and the greetings that are its own; its number is free afterwards (§5.7).
    /// - Returns: the mailbox as it was.
    public func removeMailbox(_ id: String, in account: Document, physically: Bool = false) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            let mailbox = try Self.document(id, .mailbox, account.id, writer)
            try writer.removeMessages(mailboxID: id, at: now)
            try Self.removeGreetings(of: mailbox, writer, now)
            try Self.discard(mailbox, writer, now, physically: physically)
            return mailbox
        }
    }

    /// The mailbox of a number.
    public func mailbox(number: String, of account: Document) async throws -> Document? {
        try await store.read { try $0.document(kind: .mailbox, scope: account.id, key: MailboxNumber.comparable(number)) }
    }

    /// A mailbox with how many messages it holds.
    public struct MailboxSummary: Sendable {
        public let mailbox: Document
        public let tally: Tally
        public let hasMessages: Bool
    }

    /// Mailboxes in order of name with their counts: what `item` takes from each that `keep` lets pass, at most `limit` times.
    public func mailboxSummaries<Item: Sendable>(
        of account: Document, ownerID: String? = nil, start: ListingPlace? = nil, ascending: Bool = true, limit: Int,
        keep: @escaping @Sendable (Document) -> Bool = { _ in true }, item: @escaping @Sendable (MailboxSummary) -> Item
    ) async throws -> ListingPage<Item> {
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, ownerID: ownerID, start: start, ascending: ascending)
        let cutoff = cutoff(for: account)
        return try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: limit)
            try reader.documents(query) { mailbox in
                try builder.add(at: (mailbox.name, mailbox.id)) {
                    guard keep(mailbox) else { return nil }
                    return item(MailboxSummary(
                        mailbox: mailbox, tally: try reader.tally(mailboxID: mailbox.id, cutoff: cutoff),
                        hasMessages: try reader.hasMessages(mailboxID: mailbox.id)))
                }
            }
            return builder.page
        }
    }

    /// The zone a mailbox's times are shown in: its own, its owner's, its account's, the server's (contract §7.9).
    public func timeZone(of mailbox: Document, account: Document) async throws -> TimeZone {
        try await store.read { try timeZone(of: mailbox, account: account, $0) }
    }

    func timeZone(of mailbox: Document, account: Document, _ reader: any StoreReader) throws -> TimeZone {
        if let zone = Self.zone(named: mailbox.attributes["timezone"]) { return zone }
        if let owner = try mailbox.ownerID.flatMap({ try reader.document(id: $0) }), owner.accountID == account.id,
            let zone = Self.zone(named: owner.attributes["timezone"])
        {
            return zone
        }
        return timeZone(of: account)
    }

    /// The zone of an account: its own, else the server's.
    public func timeZone(of account: Document) -> TimeZone {
        Self.zone(named: account.attributes["timezone"]) ?? TimeZone(identifier: limits.timezone) ?? .gmt
    }

    /// Messages of an account from before this can no longer be changed (§6.5).
    public func cutoff(for account: Document) -> Timestamp {
        clock.now.advanced(by: -limits.retentionSeconds(of: account))
    }

    private static func zone(named value: JSON?) -> TimeZone? {
        guard let name = value?.string, name != "inherit" else { return nil }
        return TimeZone(identifier: name)
    }

    private static func mailbox(_ document: Document, _ checked: JSONObject) -> Document {
        var mailbox = document
        mailbox.attributes = checked
        mailbox.attributes.removeValue(forKey: "messages")
        mailbox.name = checked["name"]?.string ?? ""
        mailbox.ownerID = checked["owner_id"]?.string
        mailbox.key = checked["mailbox"]?.string.map(MailboxNumber.comparable)
        return mailbox
    }

    private static func refuse(_ violations: [Violation], orTakenNumberOf mailbox: Document, _ reader: any StoreReader) throws {
        var violations = violations
        if let key = mailbox.key, let holder = try reader.document(kind: .mailbox, scope: mailbox.scope, key: key), holder.id != mailbox.id {
            violations.append(Violation(["mailbox"], .unique, value: mailbox.attributes["mailbox"]))
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
    }
}
