import NIOCore
import PostgresStore
import Server
import TestKit
import Testing
import Voicemail

/// How often a request about many things waits for a PostgreSQL database: hardly more often than one about a few.
struct BulkRoundTripTests {
    @Test("A change of fifty messages waits for the database hardly more often than one of five")
    func changes() async throws {
        try await BulkScene.run { scene in
            let server = scene.server, path = scene.path, token = scene.world.token, other = JSON.string(scene.other.id)
            func file(_ ids: [String]) async throws -> Answer {
                try await server.send("POST", path, token: token, data: ["messages": JSON(ids), "folder": "saved"])
            }
            func copy(_ ids: [String]) async throws -> Answer {
                try await server.send("POST", path, token: token, data: ["messages": JSON(ids), "source_id": [other]])
            }
            func move(_ ids: [String]) async throws -> Answer {
                try await server.send("POST", path, token: token, data: ["messages": JSON(ids), "source_id": other])
            }
            func remove(_ ids: [String]) async throws -> Answer {
                try await server.send("DELETE", path, token: token, data: ["messages": JSON(ids)])
            }
            // Waits that are left to those who send much: what has gathered is sent on, and numbers of new messages are drawn.
            let filed = try await (scene.waits(for: 5, file), scene.waits(for: 50, file))
            #expect(filed.1 <= filed.0 + 3)
            let copied = try await (scene.waits(for: 5, copy), scene.waits(for: 50, copy))
            #expect(copied.1 <= copied.0 + 6)
            let moved = try await (scene.waits(for: 5, renewed: true, move), scene.waits(for: 50, renewed: true, move))
            #expect(moved.1 <= moved.0 + 8)
            let removed = try await (scene.waits(for: 5, renewed: true, remove), scene.waits(for: 50, renewed: true, remove))
            #expect(removed.1 <= removed.0 + 4)
        }
    }

    @Test("All messages of a mailbox are removed in hardly more waits where they are fifty than where they are five")
    func removals() async throws {
        try await BulkScene.run { scene in
            func remove(_: [String]) async throws -> Answer { try await scene.server.send("DELETE", scene.path, token: scene.world.token) }
            let removed = try await (scene.waits(for: 5, renewed: true, remove), scene.waits(for: 50, renewed: true, remove))
            #expect(removed.1 <= removed.0 + 4)
            func empty(_ count: Int) async throws -> Int {
                var least = Int.max
                for _ in 0..<5 {
                    _ = try await scene.leave(count)
                    let before = scene.store.roundTrips
                    #expect(try await scene.server.service.messages.removeVisible(of: scene.world.mailbox.id) == count)
                    least = min(least, scene.store.roundTrips - before)
                }
                return least
            }
            let few = try await empty(5), many = try await empty(50)
            #expect(many <= few + 4)
        }
    }

    @Test("Fifty messages that are named are read in as many waits as five")
    func named() async throws {
        try await BulkScene.run { scene in
            let ids = try await scene.leave(50)
            func read(_ count: Int) async throws -> Int {
                var least = Int.max
                for _ in 0..<5 {
                    let before = scene.store.roundTrips
                    let found = try await scene.server.service.messages.list(Array(ids.prefix(count)), of: scene.world.mailbox.id, in: scene.world.account)
                    #expect(found.map(\.monthID) == Array(ids.prefix(count)))
                    least = min(least, scene.store.roundTrips - before)
                }
                return least
            }
            let few = try await read(5), many = try await read(50)
            #expect(many == few)
        }
    }

    @Test("Another sound of a greeting is told for forty mailboxes in as many waits as for two")
    func greeting() async throws {
        try await BulkScene.run { scene in
            let service = scene.server.service, account = scene.world.account
            let greeting = try await service.greetings.create(named: "common", in: account)
            func fill(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    _ = try await scene.server.makeMailbox(String(5000 + number), in: account, ["media": ["unavailable": .string(greeting.id)]])
                }
            }
            func replace() async throws -> Int {
                var least = Int.max
                for number in 0..<5 {
                    let audio = try await service.messages.receivingAudio { intake in
                        try await intake.write(ByteBuffer(bytes: Sound.bytes(7, number)))
                        return try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
                    }
                    let before = scene.store.roundTrips
                    _ = try await service.greetings.upload(greeting.id, audio: audio, in: account)
                    least = min(least, scene.store.roundTrips - before)
                }
                return least
            }
            func told() async throws -> Int { try await scene.store.read { try $0.events(after: 0, limit: 10_000) }.count { $0.kind == .greetingChanged } }
            try await fill(0..<2)
            let before = try await told(), few = try await replace()
            #expect(try await told() == before + 2 * 5)
            try await fill(2..<40)
            let again = try await told(), many = try await replace()
            #expect(try await told() == again + 40 * 5)
            #expect(many <= few + 4)
        }
    }
}
