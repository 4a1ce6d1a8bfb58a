import PostgresStore
import Server
import TestKit
import Testing
import Voicemail

/// A server on a PostgreSQL database, to count how often it waits for that.
struct BulkScene: Sendable {
    let server: TestServer
    let store: PostgresStore
    let world: TestWorld
    let other: Mailbox

    var path: String { world.boxPath + "/messages" }

    /// Month ids of new messages.
    func leave(_ count: Int) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count { ids.append(try await server.leave(in: world.mailbox, of: world.account).monthID) }
        return ids
    }

    /// Waits of a request about so many messages, as often as it makes them by itself: the server does something of its own meanwhile.
    func waits(for count: Int, renewed: Bool = false, _ request: ([String]) async throws -> Answer) async throws -> Int {
        var least = Int.max, ids = try await leave(count)
        for run in 0..<5 {
            if renewed, run > 0 { ids = try await leave(count) }
            let before = store.roundTrips
            let answer = try await request(ids)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.data["succeeded"]?.array?.count == count, "\(answer.text)")
            least = min(least, store.roundTrips - before)
        }
        return least
    }

    static func run(_ body: @Sendable (BulkScene) async throws -> Void) async throws {
        try await CountedServer.run { server, store in
            let world = try await server.makeWorld()
            try await body(BulkScene(server: server, store: store, world: world, other: try await server.makeMailbox("4000", in: world.account)))
        }
    }
}

/// A server on a PostgreSQL database of its own that does as little as possible beside its requests.
enum CountedServer {
    static func run(_ body: @Sendable (TestServer, PostgresStore) async throws -> Void) async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TestServer.run({
                $0.postgres = PostgresOptions(url: url, pool: 2)
                // What is told of a change is planned beside the answer.
                $0.outbox.isOn = false
            }) { server in
                try await body(server, try #require(server.installation.store as? PostgresStore))
            }
        }
    }
}
