import HTTPFront
import Voicemail

/// What others are still to be told, and what was given up.
extension WebDialect {
    func listOutbox(_ query: Query, _ account: Account, _ times: ShownTimes) async throws -> [String: Any] {
        let after = query["after"].flatMap { Int($0) } ?? 0
        let found = try await service.outbox.list(DeliveryQuery(accountID: account.id, after: after, limit: Self.rowsOfPage))
        var values: [String: Any] = ["is_later": after > 0]
        if found.count == Self.rowsOfPage, let last = found.last { values["next"] = "after=\(last.serial)" }
        values["rows"] = found.map { delivery in
            var row: [String: Any] = [
                "row_id": delivery.id, "row_channel": delivery.channel, "row_target": delivery.target, "row_state": "t.outbox_" + delivery.state.rawValue,
                "row_attempts": delivery.attempts, "is_dead": delivery.state == .dead, "created": delivery.created.iso8601,
                "created_shown": times.text(delivery.created),
            ]
            if !delivery.failure.isEmpty { row["row_failure"] = delivery.failure }
            return row
        }
        return values
    }

    func changeOutbox(_ deed: ConsoleDeed, _ account: Account) async throws {
        guard let id = deed.subject else { throw WebFailure.malformed(400) }
        // One of another account looks like one that is not there.
        let delivery = try await service.outbox.find(id)
        guard delivery.accountID == account.id else { throw WebFailure.notFound }
        switch deed.word {
        case "retry": _ = try await service.outbox.retry(id)
        // What follows from the end of one that waits is its channel's to say, which is at hand where deliveries are made.
        case "drop" where delivery.state == .dead: try await service.outbox.drop(id)
        default: throw WebFailure.malformed(400)
        }
    }
}
