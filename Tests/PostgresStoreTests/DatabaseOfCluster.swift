import TestKit

/// The database that a store is opened with, as the cluster's administrator sees it.
extension PostgresCluster {
    static func database(of url: String) -> String { String(url.split(separator: "/")[1].prefix { $0 != "?" }) }

    /// Lets nobody into the database of `url` any more; connections of ours that are open there end.
    func shut(_ url: String) async throws {
        try await run("ALTER DATABASE \(Self.database(of: url)) ALLOW_CONNECTIONS false")
        try await run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aftertone'")
    }

    /// Lets everybody in again.
    func reopen(_ url: String) async throws { try await run("ALTER DATABASE \(Self.database(of: url)) ALLOW_CONNECTIONS true") }
}
