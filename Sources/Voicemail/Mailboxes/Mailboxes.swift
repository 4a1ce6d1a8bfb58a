import Foundation
import Waiting

/// A mailbox with how many messages it holds.
public struct MailboxSummary: Sendable {
    public let mailbox: Mailbox
    public let tally: Tally
    public let hasMessages: Bool
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
        if let kept { planned.keep(kept) }
        let plain = planned
        return try await store.write { writer in
            var draft = plain
            if let claim { try Self.judge(claim, writer) }
            try Self.refuse(violations, orTakenNumberOf: draft, writer)
            if let group { try Groups.set(group, of: &draft, account, writer) }
            return try writer.add(draft)
        }
    }

    /// Replaces or patches a mailbox (K§5.5, K§5.6).
    /// - Parameters:
    ///   - claim: what nobody else may have, judged first.
    ///   - kept: what is kept only to be shown again.
    public func change(
        _ id: String, _ change: AttributeChange, claim: MailboxClaim? = nil, keeping kept: KeptFields? = nil, in account: Account
    ) async throws -> Mailbox {
        let now = clock.now
        let limits = limits
        return try await store.write { writer in
            var mailbox: Mailbox = try writer.require(id, in: account.id)
            if let claim { try Self.judge(claim, writer) }
            let (checked, violations) = try mailbox.applying(change, keeping: kept, limits)
            mailbox.describe(checked)
            if let kept { mailbox.keep(kept) }
            try Self.refuse(violations, orTakenNumberOf: mailbox, writer)
            return try writer.save(mailbox, at: now)
        }
    }

    /// Finds a request to create a mailbox valid, or throws as `create` would, and changes nothing.
    public func validate(_ request: JSONObject, id: String?, in account: Account) async throws {
        try await validate(.replace(request), of: Mailbox(id: id, in: account.id, at: clock.now), in: account)
    }

    /// Finds a change of a mailbox valid, or throws as `change` would, and changes nothing.
    public func validate(_ change: AttributeChange, of mailbox: Mailbox, in account: Account) async throws {
        let (checked, violations) = try mailbox.applying(change, limits)
        var changed = mailbox
        changed.describe(checked)
        let planned = changed
        try await store.read { try Self.refuse(violations, orTakenNumberOf: planned, $0) }
    }

    /// Removes a mailbox, its messages and the greetings that are its own; its number is free afterwards (K§5.7).
    /// - Returns: the mailbox as it was.
    public func remove(_ id: String, in account: Account, physically: Bool = false) async throws -> Mailbox {
        defer { garbageBell.ring() }
        let now = clock.now
        return try await store.write { writer in
            let mailbox: Mailbox = try writer.require(id, in: account.id)
            try writer.removeMessages(mailboxID: id, at: now)
            try Greetings.removeAll(of: mailbox, writer, now)
            try writer.discard(mailbox, at: now, physically: physically)
            return mailbox
        }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String, of account: Account) async throws -> Mailbox { try await require(id, of: account) }

    /// The mailbox of a number.
    public func find(number: String, of account: Account) async throws -> Mailbox? {
        try await store.read { try $0.mailbox(number: number, in: account.id) }
    }

    /// Mailboxes in order of name with their counts: what `item` takes from each that `keep` lets pass, a page of them.
    public func summaries<Item: Sendable>(
        of account: Account, ownerID: String? = nil, _ range: ListingRange,
        keep: @escaping @Sendable (Mailbox) -> Bool = { _ in true }, item: @escaping @Sendable (MailboxSummary) -> Item
    ) async throws -> ListingPage<Item> {
        let query = DocumentQuery(
            kind: .mailbox, accountID: account.id, ownerID: ownerID, start: range.start, ascending: range.ascending, attributes: range.attributes)
        let cutoff = cutoff(for: account)
        return try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: range.limit)
            try reader.each(Mailbox.self, query) { mailbox in
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

    private static func refuse(_ violations: [Violation], orTakenNumberOf mailbox: Mailbox, _ reader: any StoreReader) throws {
        var violations = violations
        if !mailbox.number.isEmpty, let holder = try reader.mailbox(number: mailbox.number, in: mailbox.accountID), holder.id != mailbox.id {
            violations.append(Violation(["mailbox"], .unique, value: .string(mailbox.number)))
        }
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
    }
}
