import Voicemail

/// `webhook/query` and `webhook/update`: where events are pushed (P§11.3).
extension PSeriesDialect {
    func queryWebhooks(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let push = EventPush(of: try await service.accounts.find(call.account.id) ?? call.account)
        let list = push.receivers.map { receiver -> JSON in
            [
                "url": .string(receiver.url), "secret": .string(receiver.secret), "request_method": .string(receiver.method.rawValue),
                "event_ids": .array(receiver.events.map { .int($0) }),
            ]
        }
        return .fields([
            "data": [
                "enb_webhook_event_push": push.isEnabled ? 1 : 0, "webhook_event_push_list": .array(list),
                "webhook_event_push_timeout": .int(push.timeout), "webhook_event_push_retry_count": .int(push.retries),
                "webhook_event_ids": .array(PSeriesEvent.published.map { .int($0) }),
            ]
        ])
    }

    /// Changes what is given, all of it or nothing.
    func updateWebhooks(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let parameters = call.parameters
        let enabled = try parameters.integer("enb_webhook_event_push")
        if let enabled, enabled != 0, enabled != 1 { throw PSeriesFailure.invalid("enb_webhook_event_push", .int(enabled)) }
        let timeout = try Self.number("webhook_event_push_timeout", in: EventPush.timeouts, parameters)
        let retries = try Self.number("webhook_event_push_retry_count", in: EventPush.retryCounts, parameters)
        let requested = try parameters.value("webhook_event_push_list").map(receivers)
        try await EventPush.change(of: call.account, in: service) { push in
            push.isEnabled = enabled.map { $0 == 1 } ?? push.isEnabled
            push.timeout = timeout ?? push.timeout
            push.retries = retries ?? push.retries
            if let requested { push.receivers = requested.map { $0.completed(from: push.receivers) } }
        }
        return .success
    }

    private static func number(_ name: String, in range: ClosedRange<Int>, _ parameters: PSeriesParameters) throws(PSeriesFailure) -> Int? {
        guard let number = try parameters.integer(name) else { return nil }
        guard range.contains(number) else { throw .invalid(name, .int(number)) }
        return number
    }

    /// Bytes of a secret.
    private static let longestSecret = 128

    private func receivers(_ list: JSON) throws(PSeriesFailure) -> [EventPush.Receiver] {
        guard let items = list.array else { throw .syntaxError }
        guard items.count <= EventPush.maximumReceivers else { throw .limitExceeded }
        var receivers: [EventPush.Receiver] = []
        for item in items {
            guard item.object != nil else { throw .syntaxError }
            guard let address = item["url"], !address.isNull, address != "" else { throw .required("url") }
            guard let url = address.string else { throw .invalid("url", address) }
            // Not of this machine: what listens here trusts it more than it trusts the client.
            do { _ = try service.webhooks.judgeReceiver(url) } catch { throw .invalid("url", .string(url)) }
            let word = item["request_method"].flatMap { $0.isNull ? nil : $0 } ?? .string(EventPush.Method.post.rawValue)
            guard let method = word.string.flatMap({ EventPush.Method(rawValue: $0) }) else { throw .invalid("request_method", word) }
            let given = item["secret"].flatMap { $0.isNull ? nil : $0 } ?? ""
            guard let secret = given.text, secret.utf8.count <= Self.longestSecret else { throw .invalid("secret", nil) }
            receivers.append(EventPush.Receiver(url: url, secret: secret, method: method, events: try Self.events(item["event_ids"])))
        }
        var known: Set<[String]> = []
        for receiver in receivers where !known.insert([receiver.url, receiver.method.rawValue]).inserted {
            throw .duplicate("url", receiver.url, source: "webhook", name: "")
        }
        return receivers
    }

    /// Ids of events; all of them where none are named.
    private static func events(_ list: JSON?) throws(PSeriesFailure) -> [Int] {
        guard let list, !list.isNull else { return [0] }
        guard let items = list.array else { throw .syntaxError }
        var ids: [Int] = []
        for item in items {
            guard let id = item.int ?? item.string.flatMap({ Int($0) }) else { throw .syntaxError }
            guard id == 0 || PSeriesEvent.published.contains(id) else { throw .invalid("event_ids", .int(id)) }
            if !ids.contains(id) { ids.append(id) }
        }
        return ids.isEmpty ? [0] : ids
    }
}

extension EventPush.Receiver {
    /// With the secret it had before, or a new one, where none was given.
    fileprivate func completed(from known: [EventPush.Receiver]) -> EventPush.Receiver {
        guard secret.isEmpty else { return self }
        var receiver = self
        receiver.secret = known.first { $0.url == url && $0.method == method }?.secret ?? EventPush.makeReceiverSecret()
        return receiver
    }
}
