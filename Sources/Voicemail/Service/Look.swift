/// What a transaction finds at some time, be it one that reads or one that changes something. Lookups that depend on the time are methods of this,
/// in the file of the noun that they find.
struct Look {
    let reader: any StoreReader
    let now: Timestamp
}

extension Change {
    /// The lookups that a change may begin with.
    var look: Look { Look(reader: writer, now: now) }
}

extension DomainOperations {
    /// Looks something up as things stand now, all of it from one reading.
    func look<Value: Sendable>(_ body: @escaping @Sendable (Look) throws -> Value) async throws -> Value {
        let now = clock.now
        return try await store.read { try body(Look(reader: $0, now: now)) }
    }
}
