extension Look {
    /// What a channel tells of an event.
    func deliveries(of event: Event, over channel: any DeliveryChannel) throws -> [Delivery] {
        var counts: [String: Int] = [:]
        return try channel.plan(event, reader).map { planned in
            let number = counts[planned.target, default: 0]
            counts[planned.target] = number + 1
            return Delivery(
                id: Delivery.id(of: event, channel: channel.name, target: planned.target, number: number), channel: channel.name, target: planned.target,
                accountID: event.accountID, eventSerial: event.serial, payload: planned.payload, due: now, created: now)
        }
    }
}

extension Change {
    /// Ends a delivery, if it is still held as it was when the attempt began.
    func end(_ delivery: Delivery, _ end: DeliveryEnd, by channel: (any DeliveryChannel)?) throws -> Settlement {
        guard let holder = delivery.claim?.holder, try writer.remove(deliveryID: delivery.id, heldBy: holder) else { return .lost }
        try channel?.ended(delivery, end, at: now, writer)
        return .over
    }

    /// Has a delivery tried at once, with all its attempts before it again.
    @discardableResult
    func retry(_ delivery: Delivery) throws -> Delivery {
        var delivery = delivery
        delivery.state = .pending
        delivery.attempts = 0
        delivery.due = now
        delivery.claim = nil
        try writer.update(delivery)
        return delivery
    }

    /// Forgets a delivery.
    func drop(_ delivery: Delivery, of channels: [any DeliveryChannel]) throws {
        try writer.remove(deliveryID: delivery.id)
        // A delivery that was given up has ended already.
        guard delivery.state == .pending else { return }
        try channels.first { $0.name == delivery.channel }?.ended(delivery, .withdrawn, at: now, writer)
    }

    /// Tells a target once more of events.
    /// - Returns: how many deliveries are for the target, and how many of them were sent on their way.
    func replay(_ events: [Event], over channel: any DeliveryChannel, target: String) throws -> (meant: Int, sent: Int) {
        var meant = 0, sent = 0
        for event in events {
            for delivery in try look.deliveries(of: event, over: channel) where delivery.target == target {
                meant += 1
                switch try writer.delivery(id: delivery.id) {
                case nil: try writer.insert(delivery)
                case let known? where known.state == .dead: try retry(known)
                default: continue
                }
                sent += 1
            }
        }
        return (meant, sent)
    }
}
