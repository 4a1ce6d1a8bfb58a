import Voicemail

/// An event of ours on its way to webhooks, with what it takes to put it into KAZOO's words, within a transaction.
struct ToldEvent {
    let event: Event
    /// What KAZOO calls the machine that it happened on.
    let node: String
    let mailboxes: Mailboxes
    let reader: any StoreReader

    /// What it is to webhooks.
    func hookEvents() throws -> [HookEvent] {
        switch event.kind {
        case .messageStored:
            return try notices() + [change(.created, Self.messageType)]
        case .messageChanged: return try deletion() + [change(.edited, Self.messageType)]
        case .messageRemoved: return try deletion() + [change(.deleted, Self.messageType)]
        case .documentCreated: return change(.created)
        case .documentEdited: return change(.edited)
        case .documentDeleted: return change(.deleted)
        case .mailboxFull:
            return [
                notice(
                    "voicemail_full",
                    [
                        "account_id": .string(event.accountID), "voicemail_box": .string(event.subjectID),
                        "max_message_count": event.capacity.map { .int($0) } ?? .null, "message_count": event.messageCount.map { .int($0) } ?? .null,
                    ])
            ]
        case .recordingStored, .passwordResetRequested, .mailboxNearlyFull, .pinLocked, .greetingChanged: return []
        }
    }

    private enum Action: String {
        case created = "doc_created"
        case edited = "doc_edited"
        case deleted = "doc_deleted"
    }

    private func change(_ action: Action, _ type: String) -> HookEvent {
        HookEvent(
            hook: "object", type: type, action: action.rawValue,
            fields: [
                "id": .string(event.subjectID), "account_id": .string(event.accountID), "action": .string(action.rawValue), "type": .string(type),
                "cluster_id": .string(Self.clusterID),
            ])
    }

    /// A document's, where KAZOO has documents of its kind.
    private func change(_ action: Action) -> [HookEvent] {
        guard let kind = event.documentKind, let type = Self.documentType(of: kind) else { return [] }
        return [change(action, type)]
    }

    private static let messageType = "mailbox_message"

    private static func documentType(of kind: DocumentKind) -> String? {
        switch kind {
        case .account: "account"
        case .user: "user"
        case .mailbox: "vmbox"
        case .greeting: "media"
        case .webhook: "webhook"
        case .mailTemplate: nil
        }
    }

    /// The notice of a new message; a second one where the message stays in the mailbox after that.
    private func notices() throws -> [HookEvent] {
        // The message may have been removed since; the event keeps a copy.
        guard event.isAnnounced, let message = try reader.message(id: event.subjectID) ?? event.message else { return [] }
        var fields = Self.describe(message)
        let saved = notice("voicemail_saved", fields)
        if let transcription = message.transcription { fields["voicemail_transcription"] = transcription }
        let new = notice("voicemail_new", fields)
        return try reader.actsAfterNotify(mailboxID: message.mailboxID) ? [new] : [new, saved]
    }

    /// That a message was deleted, where that is told at all (K§11.2).
    private func deletion() throws -> [HookEvent] {
        guard let reason = event.deletionReason, try mailboxes.news(event, reader) != nil,
            let message = try reader.message(id: event.subjectID) ?? reader.removedMessage(id: event.subjectID)?.message
        else { return [] }
        var fields = Self.describe(message)
        if let transcription = message.transcription { fields["voicemail_transcription"] = transcription }
        fields["reason"] = .string(Self.word(for: reason))
        return [notice("voicemail_deleted", fields)]
    }

    private static func word(for reason: DeletionReason) -> String {
        switch reason {
        case .asked: "crossbar_action"
        case .retention: "retention"
        case .afterNotify: "delete_after_notify"
        }
    }

    private static func describe(_ message: Message) -> JSONObject {
        func party(_ address: String) -> (user: JSON, realm: JSON) {
            let cut = address.firstIndex(of: "@") ?? address.endIndex
            return (.string(String(address[..<cut])), .string(String(address[cut...].dropFirst())))
        }
        let from = party(message.from), to = party(message.to)
        return [
            "account_id": .string(message.accountID), "account_db": .string(database(message.accountID)), "call_id": .string(message.callID),
            "caller_id_name": .string(message.callerName), "caller_id_number": .string(message.callerNumber), "from_user": from.user,
            "from_realm": from.realm, "to_user": to.user, "to_realm": to.realm, "voicemail_box": .string(message.mailboxID),
            "voicemail_id": .string(message.monthID), "voicemail_length": .int(message.lengthMilliseconds),
            "voicemail_timestamp": .int(message.timestamp.gregorian),
        ]
    }

    private func notice(_ name: String, _ fields: JSONObject) -> HookEvent {
        var all = fields
        let more: JSONObject = [
            "app_name": "callflow", "app_version": "5.0", "event_category": "notification", "event_name": .string(name), "msg_id": .string(event.id),
            "node": .string(node), "server_id": .string(node), "system_log_id": .string(event.id), "cluster_id": .string(Self.clusterID),
        ]
        all.merge(more) { $1 }
        return HookEvent(hook: "notifications", type: name, action: nil, fields: all)
    }

    /// KAZOO's name of an account's database, as it is encoded there.
    private static func database(_ id: String) -> String { "account%2F\(id.prefix(2))%2F\(id.dropFirst(2).prefix(2))%2F\(id.dropFirst(4))" }

    /// There is one cluster.
    private static let clusterID = "00000000000000000000000000000000"
}
