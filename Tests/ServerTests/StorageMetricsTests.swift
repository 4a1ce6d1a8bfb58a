import TestKit
import Testing

/// What `/metrics` tells of what was stored.
@Suite struct StorageMetricsTests {
    @Test func depositsBytesAndSyncsAreCounted() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let sound = Sound.bytes(1, 1)
            for _ in 0..<3 { _ = try await server.leave(audio: sound, in: world.mailbox, of: world.account) }
            let lines = try await server.send("GET", "/metrics").text.split(separator: "\n").map(String.init)
            #expect(lines.contains("aftertone_deposits_total 3"))
            #expect(lines.contains("aftertone_audio_stored_total 3"))
            #expect(lines.contains("aftertone_audio_stored_bytes_total \(3 * sound.count)"))
            #expect(lines.contains("aftertone_audio_sync_seconds_count 3"))
            let commits = lines.first { $0.hasPrefix("aftertone_store_commit_seconds_count ") }?.split(separator: " ").last.flatMap { Int($0) }
            // An account, a user, a mailbox, a token, three messages; each was waited for.
            #expect((commits ?? 0) >= 7)
        }
    }
}
