/// What an administrator does with the outbox.
extension Outbox {
    /// Deliveries that are changed in one transaction.
    private static let batch = 500

    public func list(_ query: DeliveryQuery) async throws -> [Delivery] {
        try await store.read { try $0.deliveries(query) }
    }

    public func totals() async throws -> DeliveryTotals {
        try await store.read { try $0.deliveryTotals() }
    }

    /// How many there are of some, reading no more than a page at a time.
    public func count(_ query: DeliveryQuery) async throws -> Int {
        var count = 0
        try await eachPage(of: query) { count += $0.count }
        return count
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String) async throws -> Delivery {
        guard let delivery = try await store.read({ try $0.delivery(id: id) }) else { throw VoicemailError.notFound(id: id) }
        return delivery
    }

    /// Has a delivery tried at once, with all its attempts before it again; where its time has passed, with one. An attempt that is under way
    /// then counts for nothing.
    public func retry(_ id: String) async throws -> Delivery {
        let now = clock.now
        return try await store.write { writer in
            guard let delivery = try writer.delivery(id: id) else { throw VoicemailError.notFound(id: id) }
            return try Self.retry(delivery, at: now, writer)
        }
    }

    /// The same with all that there are of some.
    /// - Returns: how many.
    public func retry(all query: DeliveryQuery) async throws -> Int {
        let now = clock.now
        return try await change(all: query) { _ = try Self.retry($0, at: now, $1) }
    }

    private static func retry(_ delivery: Delivery, at now: Timestamp, _ writer: any StoreWriter) throws -> Delivery {
        var delivery = delivery
        delivery.state = .pending
        delivery.attempts = 0
        delivery.due = now
        delivery.claim = nil
        try writer.update(delivery)
        return delivery
    }

    /// Forgets a delivery: its receiver is not told. What follows from that is its channel's to say, as it is of every end.
    /// - Throws: `VoicemailError.notFound`.
    public func drop(_ id: String, of channels: [any DeliveryChannel] = []) async throws {
        let now = clock.now
        try await store.write { writer in
            guard let delivery = try writer.delivery(id: id) else { throw VoicemailError.notFound(id: id) }
            try Self.drop(delivery, of: channels, at: now, writer)
        }
    }

    /// The same with all that there are of some.
    /// - Returns: how many.
    public func drop(all query: DeliveryQuery, of channels: [any DeliveryChannel] = []) async throws -> Int {
        let now = clock.now
        return try await change(all: query) { try Self.drop($0, of: channels, at: now, $1) }
    }

    private static func drop(_ delivery: Delivery, of channels: [any DeliveryChannel], at now: Timestamp, _ writer: any StoreWriter) throws {
        try writer.remove(deliveryID: delivery.id)
        // One that was given up has had its end.
        guard delivery.state == .pending else { return }
        try channels.first { $0.name == delivery.channel }?.ended(delivery, .withdrawn, at: now, writer)
    }

    private func eachPage(of query: DeliveryQuery, _ visit: ([Delivery]) async throws -> Void) async throws {
        var query = query
        query.limit = Self.batch
        while true {
            let page = try await list(query)
            try await visit(page)
            guard let last = page.last, page.count == Self.batch else { return }
            query.after = last.serial
        }
    }

    /// Changes what there is of some, as it is when its turn comes.
    private func change(
        all query: DeliveryQuery, _ body: @escaping @Sendable (Delivery, any StoreWriter) throws -> Void
    ) async throws -> Int {
        var count = 0
        try await eachPage(of: query) { page in
            count += try await store.write { writer in
                var changed = 0
                for delivery in page {
                    guard let current = try writer.delivery(id: delivery.id), query.state.map({ $0 == current.state }) ?? true else { continue }
                    try body(current, writer)
                    changed += 1
                }
                return changed
            }
        }
        return count
    }

    /// Tells a target once more what happened in a time, as it would be told now: under the ids of the first time, so that it knows what it
    /// has already. What still waits for it waits as it did, and what was given up is tried again.
    /// - Parameter to: inclusive.
    /// - Returns: how many deliveries were sent on their way.
    /// - Throws: `VoicemailError.notFound` when nothing of it is for the target.
    public func replay(
        from: Timestamp, to: Timestamp, of accountID: String, over channel: any DeliveryChannel, target: String
    ) async throws -> Int {
        let now = clock.now
        var meant = 0, sent = 0, query = EventQuery(accountID: accountID, from: from, to: to, limit: 100)
        while true {
            let events = try await store.read { [query] in try $0.events(query) }
            guard let last = events.last else { break }
            let found = try await store.write { writer in try Self.replay(events, over: channel, target: target, at: now, writer) }
            meant += found.meant
            sent += found.sent
            query.after = last
        }
        guard meant > 0 else { throw VoicemailError.notFound(id: target) }
        return sent
    }

    private static func replay(
        _ events: [Event], over channel: any DeliveryChannel, target: String, at now: Timestamp, _ writer: any StoreWriter
    ) throws -> (meant: Int, sent: Int) {
        var meant = 0, sent = 0
        for event in events {
            for delivery in try deliveries(of: event, over: channel, at: now, writer) where delivery.target == target {
                meant += 1
                switch try writer.delivery(id: delivery.id) {
                case nil: try writer.insert(delivery)
                case let known? where known.state == .dead: _ = try retry(known, at: now, writer)
                default: continue
                }
                sent += 1
            }
        }
        return (meant, sent)
    }
}
