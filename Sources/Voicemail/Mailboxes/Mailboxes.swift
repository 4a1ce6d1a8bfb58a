import Foundation
import Waiting

/// How many messages a mailbox holds.
public struct MailboxCount: Sendable, Hashable {
    public let tally: Tally
    /// Whether it has any, whatever their age and folder.
    public let hasMessages: Bool
}

extension Mailbox {
    /// As `applying` of every noun, with the PIN there is.
    func applying(
        _ change: AttributeChange, keeping kept: KeptFields? = nil, _ limits: Limits, pin: PIN?
    ) throws(VoicemailError) -> (JSONObject, [Violation]) {
        let before = shown(stored.attributes, with: pin)
        return try limits.checked(
            change.applied(to: before), by: Self.schema(limits), before: before, kept: (kept?.merged(into: stored.kept) ?? stored.kept, stored.kept))
    }
}

extension Mailboxes {
    /// Creates a mailbox (K§5.3), a person's or a group's.
    /// - Parameters:
    ///   - claim: what nobody else may have, judged first.
    ///   - kept: what is kept only to be shown again.
    /// - Throws: `VoicemailError.invalid` with every rule broken at once, a taken number among them; `.conflict`; `MailboxClaim.Clash`.
    public func create(
        _ request: JSONObject, id: String?, group: MailboxGroup? = nil, claim: MailboxClaim? = nil, keeping kept: KeptFields? = nil, in account: Account
    ) async throws -> Mailbox {
        let (checked, violations) = try limits.checked(
            request.withoutPrivateKeys, by: Schema.mailbox(limits), kept: (kept?.merged(into: [:]) ?? [:], [:]))
        var planned = Mailbox(id: id, in: account.id, at: clock.now)
        planned.describe(checked)
        try planned.takePIN(of: checked, replacing: nil, secrets)
        if let kept { planned.keep(kept) }
        let plain = planned
        let (mailbox, step) = try await inTransaction(of: account) { change in
            var draft = plain
            let before = try claim.flatMap { try change.look.judge($0) }
            try change.writer.refuse(violations, orTakenNumberOf: draft)
            if let group { try change.set(group, of: &draft) }
            let mailbox = try change.writer.add(draft)
            return (mailbox, try before.map { try change.look.step(from: $0, to: mailbox) })
        }
        if let step { service.addressBook.follow(step) }
        return mailbox
    }

    /// Replaces or patches a mailbox (K§5.5, K§5.6).
    /// - Parameters:
    ///   - claim: what nobody else may have, judged first.
    ///   - kept: what is kept only to be shown again.
    public func change(
        _ id: String, _ change: AttributeChange, claim: MailboxClaim? = nil, keeping kept: KeptFields? = nil, in account: Account
    ) async throws -> Mailbox {
        try await self.change(id, claim: claim, in: account) { _ in (change, kept) }
    }

    /// - Parameter change: what is to become of the mailbox as it is in the transaction, and what is kept only to be shown again.
    func change(
        _ id: String, claim: MailboxClaim?, in account: Account,
        _ change: @escaping @Sendable (Mailbox) -> (attributes: AttributeChange, kept: KeptFields?)
    ) async throws -> Mailbox {
        let limits = limits
        let secrets = secrets
        let (mailbox, step) = try await inTransaction(of: account) { transaction in
            let writer = transaction.writer
            var mailbox: Mailbox = try writer.require(id, in: account.id)
            let before = try claim.flatMap { try transaction.look.judge($0) }
            let pin = mailbox.pin(secrets)
            let (change, kept) = change(mailbox)
            let (checked, violations) = try mailbox.applying(change, keeping: kept, limits, pin: pin)
            mailbox.describe(checked, at: transaction.now)
            try mailbox.takePIN(of: checked, replacing: pin, secrets)
            if let kept { mailbox.keep(kept) }
            try writer.refuse(violations, orTakenNumberOf: mailbox)
            let saved = try writer.save(mailbox, at: transaction.now)
            return (saved, try before.map { try transaction.look.step(from: $0, to: saved) })
        }
        if let step { service.addressBook.follow(step) }
        return mailbox
    }

    /// Finds a request to create a mailbox valid, or throws as `create` would, and changes nothing.
    public func validate(_ request: JSONObject, id: String?, in account: Account) async throws {
        try await validate(.replace(request), of: Mailbox(id: id, in: account.id, at: clock.now), in: account)
    }

    /// Finds a change of a mailbox valid, or throws as `change` would, and changes nothing.
    public func validate(_ change: AttributeChange, of mailbox: Mailbox, in account: Account) async throws {
        let (checked, violations) = try mailbox.applying(change, limits, pin: mailbox.pin(secrets))
        var changed = mailbox
        changed.describe(checked)
        let planned = changed
        try await store.read { try $0.refuse(violations, orTakenNumberOf: planned) }
    }

    /// Removes a mailbox, its messages and the greetings that are its own; its number is free afterwards (K§5.7).
    /// - Returns: the mailbox as it was.
    /// - Throws: `VoicemailError.held` when it is held, or something in it.
    public func remove(_ id: String, in account: Account, physically: Bool = false) async throws -> Mailbox {
        defer { garbageBell.ring() }
        return try await inTransaction(of: account) { try $0.removeMailbox(id, physically: physically) }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String, of account: Account) async throws -> Mailbox { try await require(id, of: account) }

    /// The mailbox of a number.
    public func find(number: String, of account: Account) async throws -> Mailbox? {
        try await store.read { try $0.mailbox(number: number, in: account.id) }
    }

    /// Mailboxes in order of name with their counts, a page of them: what `item` makes of the count and what `row` takes; nil leaves one out.
    /// - Parameters:
    ///   - row: what is held of each until all of the page are counted.
    public func summaries<Row: Sendable, Item: Sendable>(
        of account: Account, ownerID: String? = nil, _ range: ListingRange, row: @escaping @Sendable (Mailbox) -> Row?,
        item: @escaping @Sendable (Row, MailboxCount) -> Item
    ) async throws -> ListingPage<Item> {
        let query = DocumentQuery(
            kind: .mailbox, accountID: account.id, ownerID: ownerID, start: range.start, ascending: range.ascending, attributes: range.attributes)
        let cutoff = cutoff(for: account)
        return try await store.read { reader in
            var builder = ListingPageBuilder<(id: String, row: Row)>(limit: range.limit)
            try reader.each(Mailbox.self, query) { mailbox in
                builder.add(at: (mailbox.name, mailbox.id)) { row(mailbox).map { (mailbox.id, $0) } }
            }
            let page = builder.page
            let ids = page.items.map(\.id)
            let tallies = try reader.tallies(mailboxIDs: ids, cutoff: cutoff)
            let full = try reader.mailboxesWithMessages(among: ids)
            let items = zip(page.items, tallies).map { item($0.row, MailboxCount(tally: $1, hasMessages: full.contains($0.id))) }
            return ListingPage(items: items, first: page.first, next: page.next)
        }
    }

    /// How many messages a mailbox holds, as its owner is told: none that retention has ended.
    public func tally(of mailbox: Mailbox, in account: Account) async throws -> Tally {
        let cutoff = cutoff(for: account)
        return try await store.read { try $0.tally(mailboxID: mailbox.id, cutoff: cutoff) }
    }

    /// The zone a mailbox's times are shown in: its own, its owner's, its account's, the server's (K§7.9).
    public func timeZone(of mailbox: Mailbox, account: Account) async throws -> TimeZone {
        try await store.read { try timeZone(of: mailbox, account: account, $0) }
    }

    func timeZone(of mailbox: Mailbox, account: Account, _ reader: any StoreReader) throws -> TimeZone {
        if let zone = mailbox.timeZone { return zone }
        if let owner: User = try reader.find(id: mailbox.ownerID), owner.accountID == account.id, let zone = owner.timeZone { return zone }
        return timeZone(of: account)
    }

    /// The zone of an account: its own, else the server's.
    public func timeZone(of account: Account) -> TimeZone {
        account.timeZone ?? TimeZone(identifier: limits.timezone) ?? .gmt
    }

    /// Messages of an account from before this can no longer be changed (K§6.5).
    public func cutoff(for account: Account) -> Timestamp {
        clock.now.advanced(by: -limits.retentionSeconds(of: account))
    }
}

extension StoreReader {
    /// - Throws: `VoicemailError.invalid` with the violations there are, and with one more where the number is another mailbox's.
    func refuse(_ violations: [Violation], orTakenNumberOf mailbox: Mailbox) throws {
        var violations = violations
        if !mailbox.number.isEmpty, let holder = try self.mailbox(number: mailbox.number, in: mailbox.accountID), holder.id != mailbox.id {
            violations.append(Violation(.number, .unique, value: .string(mailbox.number)))
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
    }
}

extension AccountChange {
    /// Removes a mailbox with its messages and the greetings that are its own.
    /// - Returns: the mailbox as it was.
    @discardableResult
    func removeMailbox(_ id: String, physically: Bool = false) throws -> Mailbox {
        let mailbox: Mailbox = try writer.require(id, in: account.id)
        guard try !writer.isHeld(mailbox) else { throw VoicemailError.held(id: id) }
        try writer.removeMessages(mailboxID: id, at: now)
        try change.removeGreetings(of: mailbox)
        try writer.discard(mailbox, at: now, physically: physically)
        return mailbox
    }
}
