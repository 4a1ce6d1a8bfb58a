import HTTPFront
import Voicemail

/// Mailboxes that several people share, or that hand out what is left in them.
extension WebDialect {
    /// Texts for what groups do with messages.
    static let modeTexts = MailboxGroup.Mode.allCases.map { "group_" + $0.rawValue }

    func listGroups(_ query: Query, _ account: Account) async throws -> [String: Any] {
        let after = max(0, query["after"].flatMap { Int($0) } ?? 0)
        let window = ListWindow(offset: after, limit: Self.rowsOfPage, together: Self.rowsOfPage)
        let groups = try await service.groups.list(.groups(by: \.serial), of: account, window) { $0 }
        var values: [String: Any] = ["is_later": after > 0, "modes": Self.modes(nil)]
        if groups.total - Self.rowsOfPage > after { values["next"] = "after=\(after + Self.rowsOfPage)" }
        var rows: [[String: Any]] = []
        try await groups.forEach { group in
            rows.append([
                "row_id": group.mailbox.id, "row_number": group.mailbox.number, "row_name": group.mailbox.name, "is_off": !group.mailbox.isEnabled,
                "row_mode": "t.group_" + (group.mailbox.group?.mode.rawValue ?? "share"), "row_modes": Self.modes(group.mailbox.group?.mode),
                "row_members": group.members.map(\.number).joined(separator: ", "), "row_new": group.tally.new,
            ])
        }
        values["rows"] = rows
        return values
    }

    private static func modes(_ chosen: MailboxGroup.Mode?) -> [[String: Any]] {
        MailboxGroup.Mode.allCases.map { ["mode": $0.rawValue, "mode_text": "t.group_" + $0.rawValue, "is_mode": $0 == chosen] }
    }

    func changeGroups(_ deed: ConsoleDeed, _ account: Account) async throws {
        let form = deed.form
        switch (deed.word, deed.subject) {
        case ("make", nil):
            let number = HTTPToken.trim(form["number"] ?? "")
            guard !number.isEmpty, let mailbox = try await service.mailboxes.find(number: number, of: account) else { throw ConsoleRefusal.group }
            try await service.groups.set(try await group(form, account), of: mailbox.id, in: account)
        case ("set", let id?):
            let mailbox = try await grouped(id, account)
            try await service.groups.set(try await group(form, account), of: mailbox.id, in: account)
        case ("dissolve", let id?): try await service.groups.set(nil, of: try await grouped(id, account).id, in: account)
        default: throw WebFailure.malformed(400)
        }
    }

    private func grouped(_ id: String, _ account: Account) async throws -> Mailbox {
        let mailbox = try await service.mailboxes.find(id, of: account)
        guard mailbox.group != nil else { throw WebFailure.notFound }
        return mailbox
    }

    private func group(_ form: Query, _ account: Account) async throws -> MailboxGroup {
        guard let mode = form["mode"].flatMap(MailboxGroup.Mode.init) else { throw WebFailure.malformed(400) }
        let numbers = (form["members"] ?? "").split(whereSeparator: { ",; \r\n".contains($0) }).map(String.init)
        let found = try await service.mailboxes.list(numbers: numbers, of: account) { _ in true }
        let ids = Dictionary(found.compactMap { $0.map { (MailboxNumber.comparable($0.number), $0.id) } }, uniquingKeysWith: { first, _ in first })
        // Who is named twice is a member twice, which the group's rules refuse.
        let members = try numbers.map { number in
            guard let id = ids[MailboxNumber.comparable(number)] else { throw ConsoleRefusal.group }
            return id
        }
        return MailboxGroup(mode: mode, members: members)
    }
}
