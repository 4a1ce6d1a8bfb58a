/// A change under way: its transaction and its time. What runs within a transaction is a method of this, in the file of the noun that it changes.
struct Change {
    let writer: any StoreWriter
    let now: Timestamp
}

/// A change to what belongs to one account.
struct AccountChange {
    let change: Change
    let account: Account

    var writer: any StoreWriter { change.writer }
    var now: Timestamp { change.now }

    /// What the change may look up first.
    var look: AccountLook { change.look(in: account) }
}

extension Change {
    func look(in account: Account) -> AccountLook { AccountLook(reader: writer, account: account) }
}

extension DomainOperations {
    /// Makes a change in one transaction.
    func inTransaction<Value: Sendable>(_ body: @escaping @Sendable (Change) throws -> Value) async throws -> Value {
        let now = clock.now
        return try await store.write { try body(Change(writer: $0, now: now)) }
    }

    /// The same for one account.
    func inTransaction<Value: Sendable>(of account: Account, _ body: @escaping @Sendable (AccountChange) throws -> Value) async throws -> Value {
        try await inTransaction { try body(AccountChange(change: $0, account: account)) }
    }
}
