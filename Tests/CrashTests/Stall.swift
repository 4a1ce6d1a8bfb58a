import Glibc
import Synchronization
import TestKit
import Testing
import Voicemail

/// A database that stands still, and what servers say to who asks meanwhile.
struct Stall {
    private struct Told: Sendable {
        let request: Request
        let answer: Answer
        let took: Duration
    }

    private final class Answered: Sendable { let count = Atomic<Int>(0) }

    private enum Request: Sendable { case read, write, alive, ready }

    /// What is asked of each server, as many at once as the client has connections to it.
    private static let requests: [Request] = [.alive, .ready, .read, .write, .read, .write, .read, .write]

    let cluster: PostgresCluster
    /// For how long at least.
    let seconds: Int
    /// What the servers are told in their settings.
    let statementSeconds: Int, lockSeconds: Int, connectSeconds: Int

    var environment: [String: String] {
        [
            "AFTERTONE_STORE_STATEMENT_SECONDS": String(statementSeconds), "AFTERTONE_STORE_LOCK_SECONDS": String(lockSeconds),
            "AFTERTONE_STORE_CONNECT_SECONDS": String(connectSeconds),
        ]
    }

    /// Within this every request is answered: it waits for a free connection (30 seconds, `docs/scale.md`), then for its statement, for which the database
    /// is given two seconds more than it has, and for a new connection. Thirty more are for a busy machine.
    private var limit: Duration { .seconds(30 + statementSeconds + 2 + connectSeconds + 30) }

    /// Stops the database, asks all servers, and lets it go on when they have answered, or should have, and the time is over.
    /// - Parameter client: whose token and mailbox are used. What becomes of what it writes nobody knows, so it is one that does nothing else.
    func run(_ servers: [RemoteServer], by client: Writer) async throws {
        let answered = Answered(), count = servers.count * Self.requests.count
        try cluster.signal(SIGSTOP)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Told?.self) { tasks in
            for server in servers {
                for request in Self.requests {
                    tasks.addTask {
                        let answer = try await ask(server, request, client, before: start + limit), took = ContinuousClock.now - start
                        answered.count.add(1, ordering: .relaxed)
                        return Told(request: request, answer: answer, took: took)
                    }
                }
            }
            tasks.addTask {
                // It goes on whatever becomes of the test.
                while !Task.isCancelled {
                    let past = ContinuousClock.now - start, isAnswered = answered.count.load(ordering: .relaxed) == count
                    if past >= .seconds(seconds), isAnswered || past >= limit { break }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                try cluster.signal(SIGCONT)
                return nil
            }
            for try await told in tasks { if let told { check(told) } }
        }
    }

    private func ask(_ server: RemoteServer, _ request: Request, _ client: Writer, before end: ContinuousClock.Instant) async throws -> Answer {
        let path = "/v2/accounts/\(client.account)/vmboxes/\(client.boxes[0])/messages"
        switch request {
        case .read: return try await server.send("GET", path, token: client.token)
        case .write: return try await server.send("PUT", path, token: client.token, data: ["caller_id_number": "stall"])
        case .alive: return try await server.send("GET", "/livez")
        case .ready:
            // A commit that returned a second ago still counts.
            while true {
                let answer = try await server.send("GET", "/readyz")
                if answer.status != 200 || .now > end { return answer }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private func check(_ told: Told) {
        let answer = told.answer
        #expect(told.took < limit, "\(told.request) took \(told.took)")
        switch told.request {
        case .alive: #expect(answer.status == 200, "\(answer.text)")
        case .ready: #expect(answer.status == 503, "\(answer.text)")
        case .read, .write:
            #expect(answer.status >= 500, "\(told.request): \(answer.status) \(answer.text)")
            #expect(answer.json["status"]?.string == "error", "\(answer.text)")
            #expect(answer.json["message"]?.string != nil, "\(answer.text)")
        }
    }
}
