import HTTPFront
import Voicemail

/// The mailboxes of an account.
extension WebDialect {
    func listMailboxes(_ query: Query, _ account: Account) async throws -> [String: Any] {
        let page = try await service.mailboxes.summaries(
            of: account, ListingRange(start: start(query), limit: Self.rowsOfPage)
        ) {
            $0
        } item: {
            (mailbox: $0, tally: $1.tally)
        }
        let owners = try await service.users.usernames(of: Set(page.items.compactMap(\.mailbox.ownerID)), in: account)
        var values = paging(query, next: page.next)
        values["longest_pin"] = service.limits.maximumPinLength
        values["zones"] = Self.zones
        values["rows"] = page.items.map { item in
            var row: [String: Any] = [
                "row_id": item.mailbox.id, "row_number": item.mailbox.number, "row_name": item.mailbox.name, "row_new": item.tally.new,
                "row_saved": item.tally.saved, "is_off": !item.mailbox.isEnabled, "is_shared": item.mailbox.group != nil,
            ]
            if let owner = item.mailbox.ownerID.flatMap({ owners[$0] }) { row["row_owner"] = owner }
            return row
        }
        return values
    }

    func changeMailboxes(_ deed: ConsoleDeed, _ account: Account) async throws {
        switch (deed.word, deed.subject) {
        case ("make", nil): try await makeMailbox(deed.form, account)
        case ("owner", let id?):
            var settings = MailboxSettings()
            settings.ownerID = .some(try await owner(deed.form, account))
            _ = try await service.mailboxes.change(id, settings, in: account)
        case ("remove", let id?): _ = try await service.mailboxes.remove(id, in: account)
        default: throw WebFailure.malformed(400)
        }
    }

    private func makeMailbox(_ form: Query, _ account: Account) async throws {
        let number = HTTPToken.trim(form["number"] ?? ""), name = HTTPToken.trim(form["name"] ?? ""), pin = HTTPToken.trim(form["pin"] ?? "")
        let zone = HTTPToken.trim(form["zone"] ?? "")
        guard MailboxNumber.isDialable(number) else { throw ConsoleRefusal.box }
        guard zone.isEmpty || Self.isZone(zone) else { throw ConsoleRefusal.zone }
        var settings = MailboxSettings(number: number, name: name.isEmpty ? number : name)
        if let owner = try await owner(form, account) { settings.ownerID = owner }
        if !zone.isEmpty { settings.timeZone = zone }
        if !pin.isEmpty {
            do throws(PIN.Fault) { settings.pin = try PIN(chosen: pin, for: number) } catch {
                throw error == .number ? ConsoleRefusal.pinNumber : .pin
            }
        }
        _ = try await service.mailboxes.create(settings, in: account)
    }

    /// The id of the user who is named; nil for none.
    private func owner(_ form: Query, _ account: Account) async throws -> String? {
        let name = HTTPToken.trim(form["owner"] ?? "")
        guard !name.isEmpty else { return nil }
        guard let user = try await service.users.find(named: name, of: account) else { throw ConsoleRefusal.owner }
        return user.id
    }
}
