import PostgresStore
import TestKit

/// A synchronous standby that never comes. Commits of a store wait for it from here on; those of an administrator do not.
struct AbsentStandby {
    /// Of a cluster that it is of.
    static let settings = "-c fsync=off -c synchronous_commit=local"

    private let cluster: PostgresCluster
    /// The process in which the store has looked whether commits return.
    private let probe: String

    init(_ cluster: PostgresCluster, of store: PostgresStore) async throws {
        self.cluster = cluster
        try await cluster.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try await cluster.run("SELECT pg_reload_conf()")
        // The server hears of it a little later, and a commit that waits says that it has.
        var waiting: [String] = []
        while waiting.isEmpty {
            _ = await store.unavailability()
            waiting = try await Self.waiting(cluster)
        }
        probe = waiting[0]
    }

    private static func waiting(_ cluster: PostgresCluster) async throws -> [String] {
        try await cluster.run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'").split(separator: "\n").map(String.init)
    }

    /// Waits until a commit waits for the standby in none of these processes.
    /// - Returns: its process; nil where there is none when all is over.
    func commit(besides known: [String] = [], or isOver: () -> Bool = { false }) async throws -> String? {
        while true {
            let isLast = isOver()
            if let process = try await Self.waiting(cluster).first(where: { $0 != probe && !known.contains($0) }) { return process }
            if isLast { return nil }
            await Task.yield()
        }
    }

    /// Nobody is waited for any longer.
    func end() async throws {
        try await cluster.run("ALTER SYSTEM RESET synchronous_standby_names")
        try await cluster.run("SELECT pg_reload_conf()")
    }
}
