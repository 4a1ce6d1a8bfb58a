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
    /// Ends deliveries, each if it is still held as it was when its attempt began.
    func end(_ ended: [EndedDelivery], by channel: (any DeliveryChannel)?) throws -> [Settlement] {
        let held = Set(try writer.held(ended.map(\.delivery)).map(\.id))
        var left = held
        // First what follows, as channels look up the same for many, and what was asked before a change need not be asked again.
        let settlements = try ended.map { each -> Settlement in
            guard left.remove(each.delivery.id) != nil else { return .lost }
            try channel?.ended(each.delivery, each.end, at: now, writer)
            return .over
        }
        for id in held.sorted() { try writer.remove(deliveryID: id) }
        for record in ended.compactMap(\.record) { try writer.append(record) }
        return settlements
    }

    /// Stores planned deliveries. A replay may have made some of them already.
    func insertNew(_ planned: [Delivery]) throws {
        var known = Set(try writer.deliveries(byID: planned).keys)
        for delivery in planned where known.insert(delivery.id).inserted { try writer.insert(delivery) }
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
        // All of it is planned before anything is changed: what was asked before a change need not be asked again.
        let planned = try events.flatMap { try look.deliveries(of: $0, over: channel).filter { $0.target == target } }
        let known = try writer.deliveries(byID: planned)
        var sent = 0
        for delivery in planned {
            switch known[delivery.id] {
            case nil: try writer.insert(delivery)
            case let known? where known.state == .dead: try retry(known)
            default: continue
            }
            sent += 1
        }
        return (planned.count, sent)
    }
}

extension StoreReader {
    /// Deliveries as they are now, by id.
    func deliveries(byID deliveries: [Delivery]) throws -> [String: Delivery] {
        Dictionary(try self.deliveries(ids: deliveries.map(\.id)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Those of some claimed deliveries that are still held as they were when they were claimed.
    func held(_ deliveries: [Delivery]) throws -> [Delivery] {
        let current = try self.deliveries(byID: deliveries)
        return deliveries.filter { each in each.claim.map { $0.holder == current[each.id]?.claim?.holder } ?? false }
    }
}
