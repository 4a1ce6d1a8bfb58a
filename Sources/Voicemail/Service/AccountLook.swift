/// The nouns of one account, as a transaction finds them, whether it reads or changes something. Lookups are methods of this, in the
/// file of the noun that they find.
struct AccountLook {
    let reader: any StoreReader
    let account: Account
}

extension DomainOperations {
    /// Looks something up in an account, all of it from one reading.
    func look<Value: Sendable>(in account: Account, _ body: @escaping @Sendable (AccountLook) throws -> Value) async throws -> Value {
        try await store.read { try body(AccountLook(reader: $0, account: account)) }
    }
}
