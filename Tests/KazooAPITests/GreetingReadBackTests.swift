import TestKit
import Testing
import Voicemail

/// Clients send back what they read, whatever type an upload had (K§14).
@Suite struct GreetingReadBackTests {
    @Test(arguments: ["application/octet-stream", "audio/flac"]) func anUploadsTypeMayBeSentBack(_ type: String) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let greeting = try await server.service.greetings.create(["name": "g"], id: nil, in: world.account)
            let one = "\(world.accountPath)/media/\(greeting.id)"
            let part = Multipart(parts: [Multipart.Part(type, Array("0123".utf8))])
            let uploaded = try await server.send(
                "POST", one + "/raw", headers: ["Content-Type": part.contentType], token: world.token, body: part.bytes)
            #expect(uploaded.data["content_type"]?.string == type)

            let again = try await server.send("POST", one, token: world.token, data: uploaded.data)
            #expect(again.status == 200)
            expect(again.data, contains: ["content_type": .string(type), "content_length": 4])
            // What the request says of it counts for nothing.
            let lied = try await server.send("POST", one, token: world.token, data: ["name": "g", "content_type": "audio/wav", "content_length": 9])
            expect(lied.data, contains: ["content_type": .string(type), "content_length": 4])
        }
    }

    @Test func aTypeBeforeAnyUploadIsOneOfTheList() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let greeting = try await server.service.greetings.create(["name": "g"], id: nil, in: world.account)
            let one = "\(world.accountPath)/media/\(greeting.id)"
            let known = try await server.send("POST", one, token: world.token, data: ["name": "g", "content_type": "audio/wav"])
            expect(known.data, contains: ["content_type": "audio/wav"])
            let unknown = try await server.send("POST", one, token: world.token, data: ["name": "g", "content_type": "audio/flac"])
            #expect(unknown.status == 400)
            #expect(unknown.data["content_type"]?["enum"] != nil)
        }
    }
}
