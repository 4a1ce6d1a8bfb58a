import TestKit
import Testing
import Voicemail

/// Two clients at once: nothing acknowledged is lost, no number is given twice, nobody sees a 500.
@Suite struct ConcurrencyTests {
    @Test func oneNumberIsGivenOnce() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let statuses = try await Self.together(24) { number in
                try await server.send("PUT", world.accountPath + "/vmboxes", token: world.token, data: ["name": .string("n\(number)"), "mailbox": "77"]).status
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 400 }.count == 23)
        }
    }

    @Test func noPatchIsLost() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let statuses = try await Self.together(24) { number in
                try await server.send("PATCH", world.boxPath, token: world.token, data: .object(["k\(number)": .int(number)])).status
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            let box = try await server.send("GET", world.boxPath, token: world.token).data
            for number in 0..<24 { #expect(box["k\(number)"]?.int == number) }
        }
    }

    /// A message is moved by one of many who try, and is in one place afterwards.
    @Test func oneMessageIsMovedOnce() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let other = try await server.makeMailbox("4000", in: world.account)
            let id = try await server.leave(audio: Sounds.wav(milliseconds: 10), in: world.mailbox, of: world.account).monthID
            let statuses = try await Self.together(16) { number in
                let path = world.boxPath + "/messages/" + id
                if number % 4 == 3 { return try await server.send("DELETE", path, token: world.token).status }
                return try await server.send("POST", path, token: world.token, data: ["source_id": .string(other.id)]).status
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 404 }.count == 15)
            let left = try await server.send("GET", world.accountPath + "/vmboxes/messages", token: world.token).data.array?.count ?? -1
            #expect([0, 1].contains(left))
        }
    }

    @Test func everyDepositIsThere() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let ids = try await Self.together(48) { number -> String in
                let sound = Sounds.wav(bytes: 2_044 + 2 * number)
                let made = try await server.send("PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/wav"], token: world.token, body: sound)
                #expect(made.status == 201)
                let id = made.data["media_id"]?.string ?? ""
                let heard = try await server.send("GET", "\(world.boxPath)/messages/\(id)/raw", token: world.token)
                #expect(heard.bytes == sound)
                return id
            }
            #expect(Set(ids).count == 48)
            let row = try await server.send("GET", world.accountPath + "/vmboxes", token: world.token).data.array?.first
            #expect(row?["messages"] == 48)
        }
    }

    private static func together<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { tasks in
            for number in 0..<count { tasks.addTask { try await body(number) } }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }
}
