import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

@Suite("Watched directories and kill -9")
struct WatchCrashTests {
    @Test("Every file is taken once and whole, whenever the server is killed")
    func killed() async throws {
        let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 5
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...UInt64(UInt32.max))
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", spool = directory.path + "/spool"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            let account = try await TestServer.run(in: data) { (server: TestServer) async throws in try await server.makeAccount("Acme") }
            let environment = [
                "AFTERTONE_RECORDINGS_WATCH": "\(account.id)=\(spool)", "AFTERTONE_RECORDINGS_LOOK_SECONDS": "1",
                "AFTERTONE_RECORDINGS_SETTLE_SECONDS": "0",
            ]
            var random = SeededRandom(seed: seed)
            var sounds: [String: [UInt8]] = [:]
            for kill in 1...kills {
                for number in 0..<20 {
                    let name = "call-\(kill)-\(number).wav"
                    sounds[name] = try Sounds.wav(kill * 20 + number)
                    try Data(sounds[name] ?? []).write(to: URL(filePath: spool + "/" + name))
                }
                let server = try await ServerProcess.start(in: data, environment: environment)
                // The second look, a second after the first, is what takes files.
                try await Task.sleep(for: .milliseconds(Int.random(in: 1000...1400, using: &random)))
                server.kill()
            }
            let last = try await ServerProcess.start(in: data, environment: environment)
            try await until { try FileManager.default.contentsOfDirectory(atPath: spool).isEmpty }
            #expect(await last.stop() == 0)
            let expected = sounds
            try await TestServer.run(in: data) { (server: TestServer) async throws in
                let recordings = try await server.service.recordings.list(RecordingQuery(accountID: account.id)).recordings
                #expect(Set(recordings.compactMap(\.source)) == Set(expected.keys), "seed \(seed)")
                #expect(recordings.count == expected.count, "seed \(seed)")
                for recording in recordings {
                    let reader = try await server.service.recordings.audio(of: recording)
                    let bytes = try await reader.read(at: 0, count: recording.audio.size)
                    #expect(Array(bytes.readableBytesView) == expected[recording.source ?? ""], "seed \(seed)")
                }
                try await server.service.housekeeping.verifyArchive { damage in Issue.record("\(damage.description)") }
            }
        }
    }
}
