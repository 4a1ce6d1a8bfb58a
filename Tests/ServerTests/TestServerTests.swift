import Audio
import TestKit
import Testing
import Voicemail

/// The server that other tests use is the real one.
@Suite struct TestServerTests {
    @Test func answersHealthAndDialect() async throws {
        try await TestServer.run { server in
            #expect(try await server.send("GET", "/livez").status == 200)
            #expect(try await server.send("GET", "/readyz").json["status"] == "ready")
            #expect(try await server.send("GET", "/openapi/kazoo.json").json["openapi"]?.string?.hasPrefix("3.1") == true)
            let world = try await server.makeWorld()
            let box = try await server.send("GET", world.boxPath, token: world.token)
            #expect(box.status == 200)
            #expect(box.data["mailbox"] == "3000")
        }
    }

    @Test func keepsWhatItAcknowledgedOverARestart() async throws {
        try await TemporaryDirectory.run { directory in
            let audio = try AudioSamples.murmur(seconds: 1.5).encoded(as: .wavPCM16)
            let clock = ManualClock()
            let (world, message) = try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let world = try await server.makeWorld()
                return (world, try await server.leave(audio: audio, in: world.mailbox, of: world.account))
            }
            #expect(message.lengthMilliseconds == 1500)
            try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let answer = try await server.send("GET", world.boxPath + "/messages/\(message.monthID)/raw", token: world.token)
                #expect(answer.bytes == audio)
            }
        }
    }

    @Test func saysWhatItGotOnTheWire() async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("GET /livez HTTP/1.0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }
}
