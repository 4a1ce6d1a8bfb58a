import Foundation
import TestKit
import Testing
import Voicemail

/// SIGTERM to the program: what is under way is finished, nothing new is begun, and it ends with status 0.
@Suite struct StopTests {
    @Test func uploadAndDownloadUnderWayAreFinished() async throws {
        try await TemporaryDirectory.run { directory in
            let world = try await DiskWorld.make(in: directory.path + "/data")
            let sound = try await world.serving { program, server in
                let large = [UInt8](repeating: 7, count: 6_000_000)
                let stored = try await server.send(
                    "PUT", world.path + "/messages", headers: ["Content-Type": "audio/wav"], token: world.token, body: large)
                let raw = "\(world.path)/messages/\(stored.data.text("media_id"))/raw"
                let sound = Sound.bytes(1, 1)
                try await RawConnection.run(port: server.port) { upload in
                    try await RawConnection.run(port: server.port) { download in
                        try await upload.write(
                            Array(
                                "PUT \(world.path)/messages HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \(world.token)\r\nContent-Type: audio/wav\r\nContent-Length: \(sound.count)\r\n\r\n"
                                    .utf8))
                        try await upload.write(Array(sound.prefix(1000)))
                        try await download.write(Array("GET \(raw) HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \(world.token)\r\n\r\n".utf8))
                        var received = try await download.read() ?? []
                        program.send(SIGTERM)
                        try await Self.expectRefusal(at: server.port)
                        try await upload.write(Array(sound.dropFirst(1000)))
                        received += try await download.readToEnd()
                        #expect(received.count > large.count && received.suffix(large.count).elementsEqual(large))
                        let answer = String(decoding: try await upload.readToEnd(), as: UTF8.self)
                        #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer.prefix(300))")
                    }
                }
                #expect(await program.status() == 0)
                return sound
            }
            try await world.serving { _, server in
                let listed = try await server.send("GET", world.path + "/messages", token: world.token).data.array ?? []
                #expect(listed.count == 2)
                var sounds: [[UInt8]] = []
                for message in listed {
                    sounds.append(try await server.send("GET", "\(world.path)/messages/\(message.text("media_id"))/raw", token: world.token).bytes)
                }
                #expect(sounds.contains(sound))
            }
        }
    }

    /// Nobody is let in any more, as soon as the signal has arrived.
    private static func expectRefusal(at port: Int) async throws {
        for _ in 0..<600 {
            do {
                try await RawConnection.run(port: port) { _ in }
            } catch {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the server went on accepting connections")
    }
}
