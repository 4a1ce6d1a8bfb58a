import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// 70082 over the wire (P§8.4, P§2.7: a second `.mp3` conversion that waited too long or is to be refused, and one that is not
/// ready in time).
@Suite(.oneServer("each process has its own turns of conversions")) struct ConversionOverloadTests {
    private let overloaded: JSON = ["errcode": 70082, "errmsg": "OVERLOAD_TASK_RUNNING"]

    /// A sound of hours of silence that takes no room: its file is a hole.
    private static func hours(in directory: String) throws -> String {
        let rate: UInt32 = 48_000, bytes: UInt32 = 3 * 3600 * rate * 2
        func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) } }
        var head = Array("RIFF".utf8) + little(bytes + 36) + Array("WAVEfmt ".utf8)
        head += little(16) + [1, 0, 1, 0] + little(rate) + little(rate * 2) + [2, 0, 16, 0] + Array("data".utf8) + little(bytes)
        let path = directory + "/hours.wav"
        try Data(head).write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(bytes) + 44)
        try file.close()
        return path
    }

    /// Runs `body` while the one conversion that the installation makes at a time is somebody's who takes very long, and tells `body` how to
    /// end that.
    private func whileConverting<Value: Sendable>(
        _ world: PSeriesWorld, _ body: @Sendable (_ end: @Sendable () async throws -> Void) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.run { directory in
            let path = try Self.hours(in: directory.path)
            // Another account would get its turn between.
            let codec = world.service.codec, account = world.account.id, key = BlobID()
            let before = try Self.files(world)
            let long = Task { _ = try await codec.render(.file(path: path), key: key, as: .mp3Channels, for: account) }
            defer { long.cancel() }
            // Its draft is there once it has begun.
            while try Self.files(world) == before { try await Task.sleep(for: .milliseconds(5)) }
            return try await body {
                long.cancel()
                // It might have been waited for so long that it goes on.
                try await codec.forget(key)
            }
        }
    }

    /// What lies where renderings are kept.
    private static func files(_ world: PSeriesWorld) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: world.server.directory + "/cache"))
    }

    private static func convertOneAtATime(_ configuration: inout Configuration) {
        configuration.pSeries.recordingFormat = .mp3
        configuration.audio.conversionsAtOnce = 1
    }

    /// What two downloads at once are answered, the first to be answered first; the other one's turn goes on until then.
    private func two(_ world: PSeriesWorld) async throws -> [JSON] {
        let serials = [try await record(world), try await record(world)]
        return try await whileConverting(world) { end in
            try await withThrowingTaskGroup(of: JSON.self) { group in
                for serial in serials { group.addTask { try await world.get("recording/download", ["id": "\(serial)"]) } }
                var answers: [JSON] = []
                for try await answer in group {
                    answers.append(answer)
                    try await end()
                }
                return answers
            }
        }
    }

    private func record(_ world: PSeriesWorld, in account: Account? = nil) async throws -> Int {
        try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"), in: account).serial
    }

    @Test("With `mp3_second_request: refuse` a second request is refused while the first is converted, which is answered then")
    func refused() async throws {
        try await PSeriesWorld.run {
            Self.convertOneAtATime(&$0)
            $0.pSeries.secondMP3 = .refuse
            // Patience is nothing to it.
            $0.pSeries.mp3Patience = 600
        } _: { world in
            let answers = try await two(world)
            expect(answers[0], is: overloaded)
            #expect(answers[1].code == 0 && answers[1]["file"]?.string?.hasSuffix(".mp3") == true)
            #expect(try await world.fetch(answers[1])["Content-Type"] == "audio/mpeg")
        }
    }

    @Test("Told to wait, a second request is refused when it has waited for too long")
    func waited() async throws {
        try await PSeriesWorld.run {
            Self.convertOneAtATime(&$0)
            $0.pSeries.mp3Patience = 1
        } _: { world in
            let answers = try await two(world)
            expect(answers[0], is: overloaded)
            #expect(answers[1].code == 0)
        }
    }

    @Test("What is stored as it is asked for, or was made before, needs no turn: it is answered while a conversion is under way")
    func noTurn() async throws {
        try await PSeriesWorld.run {
            Self.convertOneAtATime(&$0)
            $0.pSeries.secondMP3 = .refuse
        } _: { world in
            let made = try await record(world), waiting = try await record(world)
            let before = try await world.get("recording/download", ["id": "\(made)"])
            #expect(before.code == 0)
            try await whileConverting(world) { end in
                try await withThrowingTaskGroup(of: JSON.self) { group in
                    group.addTask { try await world.get("recording/download", ["id": "\(waiting)"]) }
                    let again = try await world.get("recording/download", ["id": "\(made)"])
                    #expect(again.code == 0)
                    #expect(try await world.fetch(again).bytes == world.fetch(before).bytes)
                    try await end()
                    for try await answer in group { #expect(answer.code == 0) }
                }
            }
        }
    }

    @Test("A conversion that is not ready while an answer may wait is told so, at recording/download and behind the link, and is ready later")
    func notReadyInTime() async throws {
        try await PSeriesWorld.run {
            Self.convertOneAtATime(&$0)
            $0.pSeries.longestAnswer = .seconds(3)
        } _: { world in
            let recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2")), other = try await record(world)
            let link = try await world.get("recording/download", ["id": "\(recording.serial)"])
            #expect(link.code == 0)
            // The cache may go at any time; the link makes it again.
            for file in try Self.files(world) where file.hasPrefix(recording.audio.blobID.hex) {
                try FileManager.default.removeItem(atPath: world.server.directory + "/cache/" + file)
            }
            let without = try await whileConverting(world) { end in
                expect(try await world.get("recording/download", ["id": "\(other)"]), is: overloaded)
                let file = try await world.fetch(link)
                #expect(file.status == 200 && file["Content-Type"] == "application/json")
                expect(file.json, is: overloaded)
                let without = try Self.files(world)
                try await end()
                return without
            }
            // They go on though nobody waits, and whoever asks again finds them done.
            while try Self.files(world).subtracting(without).count(where: { $0.contains(".mp3-") }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await world.get("recording/download", ["id": "\(other)"]).code == 0)
            #expect(try await world.fetch(link)["Content-Type"] == "audio/mpeg")
        }
    }
}
