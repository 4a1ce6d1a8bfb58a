import HTTPFront
import Server
import TestKit
import Testing
import Voicemail

/// Requests whose bodies would take more memory than there is for them are told to come again.
@Suite struct BodyMemoryTests {
    @Test func largeBodiesAreRefusedWhileThereIsNoMemoryForThem() async throws {
        try await TestServer.run { $0.http.limits.bodiesInMemory = 1000 } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            let text = JSON.string(String(repeating: "x", count: 70_000))
            let refused = try await server.send("PATCH", world.boxPath, token: world.token, data: ["note": text])
            #expect(refused.status == 429)
            #expect(refused.json["message"] == "too_many_requests")
            let small = JSON.string(String(repeating: "x", count: 60_000))
            #expect(try await server.send("PATCH", world.boxPath, token: world.token, data: ["note": small]).status == 200)
            // Uploads go to the disk as they come.
            let audio = [UInt8](repeating: 0x55, count: 200_000)
            let upload = try await server.send(
                "PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/mp3"], token: world.token, body: audio)
            #expect(upload.status == 201)
        }
    }
}
