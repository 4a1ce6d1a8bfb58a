import Voicemail

extension PostgresStore {
    /// Alone: whoever has said before that he is there is seen, and whoever says so afterwards finds the new mark.
    public func rekey<Value: Sendable>(_ mark: String, _ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await transaction(isAlone: true) { transaction in
            let value = try body(transaction)
            try transaction.execute(
                """
                INSERT INTO installation (name, value) VALUES (\(Self.sealingKeyName), \(mark))
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """)
            return value
        }
    }

    public func isKeyed(as mark: String) async throws -> Bool {
        try await read { reader in
            guard let snapshot = reader as? Snapshot else { throw StoreError.failed("not a snapshot of this store") }
            let kept = try snapshot.first("SELECT value FROM installation WHERE name = \(Self.sealingKeyName)")?.text(0)
            return kept == nil || kept == mark
        }
    }
}
