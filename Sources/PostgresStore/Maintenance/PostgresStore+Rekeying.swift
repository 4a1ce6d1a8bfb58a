import Voicemail

extension PostgresStore {
    public func rekey<Value: Sendable>(_ mark: String, _ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await write { writer in
            let value = try body(writer)
            guard let transaction = writer as? Transaction else { throw StoreError.failed("a transaction of another store") }
            try transaction.execute(
                """
                INSERT INTO installation (name, value) VALUES (\(Self.sealingKeyName), \(mark))
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """)
            return value
        }
    }
}
