import HTTPFront
import HTTPTypes
import Voicemail

/// Webhooks as stored documents (K§11.4).
extension KazooDialect {
    func webhook(_ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        switch call.route {
        case .webhook(let id): return try await webhook(id, call, account)
        case .attemptsOfWebhook(let id):
            let hook = try await service.webhooks.find(id, of: account)
            return .json(.array(try await service.outbox.attempts(ofReceiver: hook.id).map { .object($0.asHookAttempt) }))
        case .webhookAttempts: return .json(.array(try await service.outbox.attempts(of: account).map { .object($0.asHookAttempt) }))
        default: break
        }
        switch call.method {
        case .get:
            return try await list(call, showing: WebhookView.shown, { try await service.webhooks.list(of: account, $0, item: $1) }) {
                .object(WebhookView.row($0))
            }
        case .put:
            if !call.contentType.isEnvelope { try service.webhooks.validate(.replace(call.envelope.data)) }
            try requireEnvelope(call)
            let hook = try await service.webhooks.create(call.envelope.data, id: call.chosenID, in: account)
            return Reply.document(hook).created(at: "/v2/accounts/\(account.id)/webhooks/\(hook.id)")
        default: return try await enableAll(call, account)
        }
    }

    private func webhook(_ id: String, _ call: KazooCall, _ account: Account) async throws -> Reply {
        switch call.method {
        case .get: return .document(try await service.webhooks.find(id, of: account))
        case .delete:
            let hook = try await service.webhooks.remove(id, in: account)
            return .document(hook, hook.published.markedDeleted)
        default:
            let change = call.method == .post ? AttributeChange.replace(call.envelope.data) : .patch(call.envelope.data)
            let before = try await service.webhooks.find(id, of: account)
            if !call.contentType.isEnvelope { try service.webhooks.validate(change, of: before) }
            try requireEnvelope(call)
            return .document(try await service.webhooks.change(id, change, in: account))
        }
    }

    /// Enables every hook of the account again.
    private func enableAll(_ call: KazooCall, _ account: Account) async throws -> Reply {
        try requireEnvelope(call)
        guard call.envelope.data["re-enable"]?.bool == true || call.envelope.data["enabled"]?.bool == true else {
            throw KazooFailure.invalid([Violation(["re-enable"], .required, value: "re-enable")])
        }
        var range = ListingRange(limit: Self.streamedPage)
        var enabled: [JSON] = []
        repeat {
            let disabled = try await service.webhooks.list(of: account, range) { $0.isEnabled ? nil : $0.id }
            for id in disabled.items {
                enabled.append(.object(WebhookView.row(try await service.webhooks.enable(id, in: account))))
            }
            range.start = disabled.next
        } while range.start != nil
        return .json(.array(enabled))
    }

    /// The kinds of hook, and what they send; without a login.
    func hooks(_ call: KazooCall) throws -> Reply {
        switch call.route {
        case .hookTypes:
            return .json([
                ["id": "notifications", "name": "Notifications", "description": "Voicemail events as they are notified"],
                ["id": "object", "name": "Object", "description": "Documents created, edited and deleted"],
            ])
        case .hookSample(let name):
            guard let sample = WebhookView.samples[name] else { throw KazooFailure.badIdentifier(name) }
            return .json(sample)
        default: return .json(JSON(WebhookView.samples.keys))
        }
    }
}

enum WebhookView {
    static let shown: Set<String> = ["name", "uri", "hook", "enabled", "disable_message"]

    static func row(_ hook: Webhook) -> JSONObject {
        var row: JSONObject = ["id": .string(hook.id)]
        let published = hook.published
        for key in ["name", "uri", "hook", "enabled", "disable_message"] { row[key] = published[key] }
        return row
    }

    /// Payloads by event (K§11.2, K§11.4).
    static let samples: JSONObject = [
        "voicemail_new": [
            "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e", "account_db": "account%2Fbb%2Fa1%2F00b3b2c5ad48d5c4b6c3c9a80c9e",
            "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
            "caller_id_name": "userb userb", "caller_id_number": "1001", "from_user": "1001", "from_realm": "aeac33.sip.example.com",
            "to_user": "1000", "to_realm": "aeac33.sip.example.com", "voicemail_box": "0e820108c0f4ca391500f3be1b02bdfa",
            "voicemail_id": "201605-6aadef09f6fcf5fd8bcdfca312e923ba", "voicemail_length": 3140, "voicemail_timestamp": 63_630_058_722,
            "voicemail_transcription": ["result": "success", "text": "hello"], "app_name": "callflow", "app_version": "5.0",
            "event_category": "notification", "event_name": "voicemail_new", "msg_id": "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788",
            "node": "z7fVK0wRTQWHCJIzrgbmCw", "server_id": "z7fVK0wRTQWHCJIzrgbmCw", "system_log_id": "c4b5a69788f1e2d3d4b7a0a15f9b3a6c",
            "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
        ],
        "voicemail_saved": [
            "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e", "account_db": "account%2Fbb%2Fa1%2F00b3b2c5ad48d5c4b6c3c9a80c9e",
            "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
            "caller_id_name": "userb userb", "caller_id_number": "1001", "from_user": "1001", "from_realm": "aeac33.sip.example.com",
            "to_user": "1000", "to_realm": "aeac33.sip.example.com", "voicemail_box": "0e820108c0f4ca391500f3be1b02bdfa",
            "voicemail_id": "201605-6aadef09f6fcf5fd8bcdfca312e923ba", "voicemail_length": 3140, "voicemail_timestamp": 63_630_058_722,
            "app_name": "callflow", "app_version": "5.0", "event_category": "notification", "event_name": "voicemail_saved",
            "msg_id": "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788", "node": "z7fVK0wRTQWHCJIzrgbmCw", "server_id": "z7fVK0wRTQWHCJIzrgbmCw",
            "system_log_id": "c4b5a69788f1e2d3d4b7a0a15f9b3a6c", "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
        ],
        "voicemail_full": [
            "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e", "voicemail_box": "0e820108c0f4ca391500f3be1b02bdfa", "max_message_count": 100,
            "message_count": 100, "app_name": "callflow", "app_version": "5.0", "event_category": "notification", "event_name": "voicemail_full",
            "msg_id": "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788", "node": "z7fVK0wRTQWHCJIzrgbmCw", "server_id": "z7fVK0wRTQWHCJIzrgbmCw",
            "system_log_id": "c4b5a69788f1e2d3d4b7a0a15f9b3a6c", "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
        ],
        "voicemail_deleted": [
            "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e", "account_db": "account%2Fbb%2Fa1%2F00b3b2c5ad48d5c4b6c3c9a80c9e",
            "call_id": "79959ZDNmM2I5ZTliMzA0NzA4N2FjNjlmODA5OWVkZjUxZWU",
            "caller_id_name": "userb userb", "caller_id_number": "1001", "from_user": "1001", "from_realm": "aeac33.sip.example.com",
            "to_user": "1000", "to_realm": "aeac33.sip.example.com", "voicemail_box": "0e820108c0f4ca391500f3be1b02bdfa",
            "voicemail_id": "201605-6aadef09f6fcf5fd8bcdfca312e923ba", "voicemail_length": 3140, "voicemail_timestamp": 63_630_058_722,
            "reason": "crossbar_action", "app_name": "callflow", "app_version": "5.0", "event_category": "notification",
            "event_name": "voicemail_deleted", "msg_id": "5f9b3a6cd4b7a0a1f1e2d3c4b5a69788", "node": "z7fVK0wRTQWHCJIzrgbmCw",
            "server_id": "z7fVK0wRTQWHCJIzrgbmCw", "system_log_id": "c4b5a69788f1e2d3d4b7a0a15f9b3a6c",
            "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
        ],
        "object": [
            "id": "0e820108c0f4ca391500f3be1b02bdfa", "account_id": "bba100b3b2c5ad48d5c4b6c3c9a80c9e", "action": "doc_edited",
            "type": "vmbox", "cluster_id": "4d0d1ac3b4e2b0a0f9b8c7d6e5f4a3b2",
        ],
    ]
}
