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
        try await inTransaction { change in
            guard let delivery = try change.writer.delivery(id: id) else { throw VoicemailError.notFound(id: id) }
            return try change.retry(delivery)
        }
    }

    /// The same with all that there are of some.
    /// - Returns: how many.
    public func retry(all query: DeliveryQuery) async throws -> Int {
        try await change(all: query) { try $0.retry($1) }
    }

    /// Forgets a delivery: its receiver is not told. What follows from that is its channel's to say, as it is of every end.
    /// - Throws: `VoicemailError.notFound`.
    public func drop(_ id: String, of channels: [any DeliveryChannel] = []) async throws {
        try await inTransaction { change in
            guard let delivery = try change.writer.delivery(id: id) else { throw VoicemailError.notFound(id: id) }
            try change.drop(delivery, of: channels)
        }
    }

    /// The same with all that there are of some.
    /// - Returns: how many.
    public func drop(all query: DeliveryQuery, of channels: [any DeliveryChannel] = []) async throws -> Int {
        try await change(all: query) { try $0.drop($1, of: channels) }
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

    /// Changes all deliveries of a query, a page in each transaction; each as it is by then, and none that is gone.
    private func change(all query: DeliveryQuery, _ body: @escaping @Sendable (Change, Delivery) throws -> Void) async throws -> Int {
        let now = clock.now
        var count = 0
        try await eachPage(of: query) { page in
            count += try await store.write { writer in
                let change = Change(writer: writer, now: now)
                var changed = 0
                for current in try writer.deliveries(ids: page.map(\.id)) where query.state.map({ $0 == current.state }) ?? true {
                    try body(change, current)
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
            let found = try await store.write { try Change(writer: $0, now: now).replay(events, over: channel, target: target) }
            meant += found.meant
            sent += found.sent
            query.after = last
        }
        guard meant > 0 else { throw VoicemailError.notFound(id: target) }
        return sent
    }
}
