import StoredRows
import Voicemail

extension Snapshot {
    func removedMessages(ids: [String]) throws -> [RemovedMessage] { try ids.compactMap(removed) }

    private func removed(id: String) throws -> RemovedMessage? {
        var run = try connection.prepare(MessageRow.removedByID)
        run.bind(id)
        return try run.step() ? try MessageRow.decodeRemoved(run) : nil
    }

    /// The index holds what was removed and nothing else, so what is of another mailbox costs a step.
    static func trashSQL(_ scope: MessageQuery.Scope) -> String {
        let column =
            switch scope {
            case .mailbox: "mailbox_id"
            case .account: "account_id"
            }
        return """
            SELECT \(MessageRow.columns), removed_at FROM message INDEXED BY message_removed
            WHERE removed_at IS NOT NULL AND removed_at <= ?2 AND (removed_at, serial) <= (?2, ?3) AND \(column) = ?1
            ORDER BY removed_at DESC, serial DESC
            """
    }

    func removedMessages(_ query: TrashQuery, _ visit: (RemovedMessage) throws -> Bool) throws {
        var run = try connection.prepare(Self.trashSQL(query.scope))
        switch query.scope {
        case .mailbox(let id), .account(let id): run.bind(id)
        }
        run.bind(query.start?.timestamp ?? Timestamp(unix: Timestamp.plausible.upperBound))
        run.bind(query.start?.serial ?? .max)
        while try run.step() {
            guard try connection.visit(MessageRow.decodeRemoved(run), visit) else { return }
        }
    }

    func removedDocument(id: String) throws -> RemovedDocument? {
        var run = try connection.prepare(DocumentRow.removedByID)
        run.bind(id)
        return try run.step() ? try DocumentRow.decodeRemoved(run) : nil
    }

    func removedDocuments(kind: DocumentKind, accountID: String, start: MessagePosition?, _ visit: (RemovedDocument) throws -> Bool) throws {
        var run = try connection.prepare(DocumentRow.removed)
        run.bind(start?.timestamp ?? Timestamp(unix: Timestamp.plausible.upperBound))
        run.bind(start?.serial ?? .max)
        run.bind(accountID)
        run.bind(kind.rawValue)
        while try goesOn(run.step()) {
            guard try connection.visit(DocumentRow.decodeRemoved(run), visit) else { return }
        }
    }
}
