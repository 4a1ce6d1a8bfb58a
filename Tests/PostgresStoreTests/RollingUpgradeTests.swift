import Testing

@testable import PostgresStore

/// A server of the version before goes on with a database that a newer one has brought up to date (`docs/operations.md`).
struct RollingUpgradeTests {
    @Test("Migrations after the first one take nothing away and rename nothing")
    func onlyAdd() {
        for migration in Migrations.all.dropFirst() {
            for statement in migration.statements {
                let words = statement.uppercased().split { !$0.isLetter }
                #expect(!words.contains("DROP") && !words.contains("RENAME"), "M\(migration.number): \(statement)")
            }
        }
    }
}
