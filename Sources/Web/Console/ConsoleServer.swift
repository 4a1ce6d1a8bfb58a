import HTTPFront
import Voicemail

/// What is of the whole server: who is locked out, and its accounts.
extension WebDialect {
    func listLogins(_ query: Query, _ times: ShownTimes) async throws -> [String: Any] {
        let after = query["after"] ?? "", now = service.clock.now
        let counts = try await service.access.loginCounts(after: after, limit: Self.rowsOfPage)
        var values: [String: Any] = ["is_later": !after.isEmpty]
        if counts.count == Self.rowsOfPage, let last = counts.last { values["next"] = "after=\(PercentEncoding.encode(last.id))" }
        values["rows"] = counts.map { count in
            var row: [String: Any] = [
                "row_id": count.id, "row_kind": "t.login_of_" + count.kind.rawValue, "row_name": count.label.isEmpty ? count.id : count.label,
                "row_failures": count.failures, "last": count.last.iso8601, "last_shown": times.text(count.last),
            ]
            if let end = loginRules.lockEnd(of: count, at: now) { row.merge(["locked": end.iso8601, "locked_shown": times.text(end)]) { $1 } }
            return row
        }
        return values
    }

    func changeLogins(_ deed: ConsoleDeed) async throws {
        guard deed.word == "lift", let id = deed.subject else { throw WebFailure.malformed(400) }
        guard !(try await service.access.forgetLogins(of: id)).isEmpty else { throw WebFailure.notFound }
    }

    func listAccounts(_ query: Query) async throws -> [String: Any] {
        let page = try await service.accounts.list(below: nil, ListingRange(start: start(query), limit: Self.rowsOfPage)) { $0 }
        var values = paging(query, next: page.next)
        values["rows"] = page.items.map { account -> [String: Any] in
            ["row_id": account.id, "row_name": account.name, "row_realm": account.realm, "is_off": !account.isEnabled]
        }
        return values
    }

    func makeAccount(_ deed: ConsoleDeed) async throws {
        guard deed.word == "make" else { throw WebFailure.malformed(400) }
        let name = HTTPToken.trim(deed.form["name"] ?? "")
        guard !name.isEmpty else { throw ConsoleRefusal.account }
        _ = try await service.accounts.create(AccountSettings(name: name), below: nil, hasOwnName: true)
    }
}
