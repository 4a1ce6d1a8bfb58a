import Audio
import Foundation
import TestKit
import Testing
import Voicemail

@Suite("aftertone recording")
struct RecordingCommandTests {
    @Test("A recording is added once, listed, and refused with a sentence")
    func commands() async throws {
        try await TestServer.run(clock: ManualClock(SystemClock().now)) { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            try await TemporaryDirectory.run { directory in
                let path = directory.path + "/20220412173331-1649756009.12-2002-2005-Internal.wav", plain = directory.path + "/call.wav"
                try Data(try Sounds.wav()).write(to: URL(filePath: path))
                try Data(try Sounds.wav(2)).write(to: URL(filePath: plain))
                func recording(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
                    try await CommandLineProgram.run(["recording"] + arguments + ["--data", server.directory, "--account", "Acme", "--json"])
                }
                let added = try await recording("add", path)
                #expect(added.status == 0, "\(added.errors)")
                #expect(added.json["from"] == "2002" && added.json["to"] == "2005" && added.json["type"] == "Internal")
                #expect(try await recording("add", path).json["id"] == added.json["id"])
                let refused = try await recording("add", plain)
                #expect(refused.status == 1)
                #expect(refused.refusal?.contains("who called whom") == true)
                let told = try await recording(
                    "add", plain, "--from", "+4930", "--to", "7", "--type", "Outbound", "--at", "2024-01-02T03:04:05Z", "--call-id", "x1")
                #expect(told.json["started"] == "2024-01-02T03:04:05Z" && told.json["call_id"] == "x1" && told.json["type"] == "Outbound")
                #expect(try await recording("add", plain, "--type", "Sideways").status == 2)
                #expect(try await recording("list").json.array?.compactMap { $0["id"] } == [added.json["id"], told.json["id"]])
                #expect(try await world.recordings().count == 2)
            }
        }
    }

    @Test("A recording as large as may be is added, one byte more is refused", arguments: [false, true])
    func limit(fromInput: Bool) async throws {
        try await TestServer.run(clock: ManualClock(SystemClock().now)) { (server: TestServer) async throws in
            let world = try await IntakeWorld(server)
            try await TemporaryDirectory.run { directory in
                let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavMuLaw)
                func add(_ size: Int) async throws -> CommandLineProgram.Outcome {
                    let path = directory.path + "/\(size).wav"
                    try Data(audio + [UInt8](repeating: 0, count: size - audio.count)).write(to: URL(filePath: path))
                    let file = fromInput ? "-" : path
                    return try await CommandLineProgram.run(
                        ["recording", "add", file, "--from", "1", "--to", "2", "--data", server.directory, "--account", "Acme"],
                        environment: ["AFTERTONE_LIMITS_RECORDING_BYTES": "20000"],
                        launcher: fromInput ? ["/bin/sh", "-c", #"exec "$@" < "$0""#, path] : [])
                }
                let refused = try await add(20_001)
                #expect(refused.status == 1 && refused.refusal?.contains("20000") == true, "\(refused.errors)")
                #expect(try await world.recordings().isEmpty)
                let added = try await add(20_000)
                #expect(added.status == 0, "\(added.errors)")
                #expect(try await world.recordings().map(\.audio.size) == [20_000])
            }
        }
    }
}
