import Voicemail

/// Something that webhooks are told of, in KAZOO's words (K§11.2, K§11.4).
struct HookEvent {
    /// Which webhooks may want it: `notifications` or `object`.
    let hook: String
    /// What `custom_data` chooses by.
    let type: String
    /// The same, for what happened to a document.
    let action: String?
    let fields: JSONObject

    /// What an event of ours is to webhooks.
    static func all(of event: Event, node: String, _ mailboxes: Mailboxes, _ reader: any StoreReader) throws -> [HookEvent] {
        switch event.kind {
        case .messageStored:
            return try notices(of: event, node, reader) + [change(of: event, "doc_created", "mailbox_message")]
        case .messageChanged: return try deletion(event, node, mailboxes, reader) + [change(of: event, "doc_edited", "mailbox_message")]
        case .messageRemoved: return try deletion(event, node, mailboxes, reader) + [change(of: event, "doc_deleted", "mailbox_message")]
        case .documentCreated, .documentEdited, .documentDeleted:
            guard let kind = event.payload["type"]?.string.flatMap(DocumentKind.init), kind != .mailTemplate else { return [] }
            return [change(of: event, event.kind.rawValue, name(of: kind))]
        case .mailboxFull:
            return [
                notice(
                    "voicemail_full", event, node,
                    [
                        "account_id": .string(event.accountID), "voicemail_box": .string(event.subjectID),
                        "max_message_count": event.payload["max_message_count"] ?? .null, "message_count": event.payload["message_count"] ?? .null,
                    ])
            ]
        case .recordingStored, .passwordResetRequested, .mailboxNearlyFull, .pinLocked, .greetingChanged: return []
        }
    }

    private static func change(of event: Event, _ action: String, _ type: String) -> HookEvent {
        HookEvent(
            hook: "object", type: type, action: action,
            fields: [
                "id": .string(event.subjectID), "account_id": .string(event.accountID), "action": .string(action), "type": .string(type),
                "cluster_id": .string(clusterID),
            ])
    }

    private static func name(of kind: DocumentKind) -> String { kind == .mailbox ? "vmbox" : kind.rawValue }

    /// A new message; one more for one that stays as it is once it was told of.
    private static func notices(of event: Event, _ node: String, _ reader: any StoreReader) throws -> [HookEvent] {
        guard event.isAnnounced else { return [] }
        let message = try reader.message(id: event.subjectID) ?? told(event)
        var fields = describe(message)
        let saved = notice("voicemail_saved", event, node, fields)
        if let transcription = message.transcription { fields["voicemail_transcription"] = transcription }
        let new = notice("voicemail_new", event, node, fields)
        return try actsAfterNotify(message.mailboxID, reader) ? [new] : [new, saved]
    }

    /// That a message was deleted, where that is told at all (K§11.2).
    private static func deletion(_ event: Event, _ node: String, _ mailboxes: Mailboxes, _ reader: any StoreReader) throws -> [HookEvent] {
        guard let reason = event.deletionReason, try mailboxes.news(event, reader) != nil,
            let message = try reader.message(id: event.subjectID) ?? reader.removedMessage(id: event.subjectID)?.message
        else { return [] }
        var fields = describe(message)
        if let transcription = message.transcription { fields["voicemail_transcription"] = transcription }
        fields["reason"] = .string(reason)
        return [notice("voicemail_deleted", event, node, fields)]
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

    /// A message as its event tells of it: it may be gone by now.
    private static func told(_ event: Event) -> Message {
        func text(_ name: String) -> String { event.payload[name]?.string ?? "" }
        return Message(
            id: event.subjectID, accountID: event.accountID, mailboxID: text("mailbox_id"),
            timestamp: Timestamp(unix: event.payload["timestamp"]?.int ?? event.created.unix), folder: .new, from: text("from"), to: text("to"),
            callerName: text("caller_name"), callerNumber: text("caller_number"), callID: text("call_id"),
            lengthMilliseconds: event.payload["length_ms"]?.int ?? 0, modified: event.created)
    }

    /// Whether a message of the mailbox is filed or deleted once it was told of.
    private static func actsAfterNotify(_ mailboxID: String, _ reader: any StoreReader) throws -> Bool {
        let wishes: Set = ["save_after_notify", "delete_after_notify"]
        guard let mailbox = try reader.document(id: mailboxID, attributes: wishes) else { return false }
        return wishes.contains { mailbox.attributes[$0] == .bool(true) }
    }

    private static func notice(_ name: String, _ event: Event, _ node: String, _ fields: JSONObject) -> HookEvent {
        var all = fields
        let more: JSONObject = [
            "app_name": "callflow", "app_version": "5.0", "event_category": "notification", "event_name": .string(name), "msg_id": .string(event.id),
            "node": .string(node), "server_id": .string(node), "system_log_id": .string(event.id), "cluster_id": .string(clusterID),
        ]
        all.merge(more) { $1 }
        return HookEvent(hook: "notifications", type: name, action: nil, fields: all)
    }

    /// KAZOO's name of an account's database, as it is encoded there.
    private static func database(_ id: String) -> String { "account%2F\(id.prefix(2))%2F\(id.dropFirst(2).prefix(2))%2F\(id.dropFirst(4))" }

    /// There is one cluster.
    private static let clusterID = "00000000000000000000000000000000"

    /// Whether a webhook has asked for it.
    func isWanted(by webhook: Webhook) -> Bool {
        guard webhook.hook == hook || webhook.hook == "all" else { return false }
        func chooses(_ key: String, _ value: String?) -> Bool {
            guard let value, let wish = webhook.customData[key]?.string else { return true }
            return wish == value || wish == "all"
        }
        return chooses("type", type) && chooses("action", action)
    }

    /// What a webhook is sent: the event, and over it what the webhook wants sent with it.
    func body(for webhook: Webhook) -> JSONObject {
        var body = fields
        for (key, value) in webhook.customData where key != "type" && key != "action" { body[key] = value }
        return body
    }
}
