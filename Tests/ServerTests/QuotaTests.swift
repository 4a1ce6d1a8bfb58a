import Audio
import Server
import TestKit
import Testing
import Voicemail

@Suite struct QuotaTests {
    /// A command stores beside the server, of which the server's housekeeping takes note.
    @Test func aServerCountsWhatCommandsStore() async throws {
        let sound = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16)
        try await TestServer.run {
            $0.archive.quotaBytes = sound.count
            $0.housekeeping.intervalSeconds = 1
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            #expect(try await server.send("GET", "/readyz").status == 200)
            try await TemporaryDirectory.run { scratch in
                let file = try scratch.write(sound, to: "a.wav")
                _ = try await Tool(data: server.directory).json(
                    "message", "add", "--account", world.account.id, "--mailbox", "3000", "--from", "2001", file)
            }
            while try await server.send("GET", "/readyz").status == 200 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await server.send("GET", "/readyz").text.contains("the quota of \(sound.count) bytes is used"))
        }
    }
}
