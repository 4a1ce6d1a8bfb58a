import Foundation
import NIOCore
import Server
import Synchronization
import TestKit
import Testing
import Voicemail
@testable import YeastarPSeriesAPI

/// `recording/download` and `call/record_*` (P§8.3 to P§8.5 and the page asked for).
@Suite struct RecordingDownloadTests {
    private let name = "20220412173331-1649756009.12-2002-2005-Internal.wav"
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]

    private func draft(_ source: String? = nil) -> RecordingDraft { RecordingDraft(callerNumber: "2002", calleeNumber: "2005", source: source) }

    @Test("The page's example: by id, the recording's own name, a URL, and behind it the bytes as they came, both channels")
    func example() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.firmware = "X.7.0.6-1"
        } _: { world in
            let sound = WAV.tones([440, 880], milliseconds: 400)
            let recording = try await world.record(draft(name), sound)
            let answer = try await world.get("recording/download", ["id": "\(recording.serial)"])
            let url = try #require(answer["download_resource_url"]?.string)
            #expect(url.wholeMatch(of: /\/api\/download\/Recording-X\.7\.0\.6-1-download-20160511205320-[A-Za-z0-9]{16}\.wav/) != nil)
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "file": .string(name), "download_resource_url": .string(url)])
            let file = try await world.fetch(answer)
            #expect(file.status == 200 && file.bytes == sound)
            #expect(file["Content-Type"] == "audio/wav")
            #expect(file["Content-Disposition"] == "attachment; filename=\"\(name)\"")
            #expect(try await world.fetch(world.get("recording/download", ["file": name])).bytes == sound)
            // The same file answers under the name that asynchronous results have.
            let attachment = url.replacingOccurrences(of: "/api/download/", with: "/api/downloadattachment/")
            #expect(try await world.server.send("GET", attachment + "?access_token=" + world.token).bytes == sound)
            #expect(try await world.fetch(answer, headers: ["Range": "bytes=0-43"]).bytes == Array(sound[..<44]))
        }
    }

    @Test("Neither id nor file; both; unknown ones; names that clients got wrong; anything but the exact name")
    func refusals() async throws {
        try await PSeriesWorld.run { world in
            let recording = try await world.record(draft(name)), other = try await world.record(draft())
            expect(try await world.get("recording/download"), is: parameterError("id", required: true))
            expect(try await world.get("recording/download", ["id": "x"]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            #expect(try await world.get("recording/download", ["id": "\(other.serial)", "file": name])["file"] == .string(other.name))
            expect(try await world.get("recording/download", ["id": "999999", "file": name]), is: notFound)
            for file in ["nothing.wav", name.lowercased(), "cdr_recording/recording/" + name, "../" + name, name + "\u{0}", name + " "] {
                expect(try await world.get("recording/download", ["file": file]), is: notFound)
            }
            for wrong in ["filename", "recording_file", "recording_id"] {
                expect(
                    try await world.raw("GET", PSeriesWorld.path("recording/download", [("access_token", world.token), (wrong, name)])),
                    is: parameterError("id", required: true))
            }
            let link = try await world.get("recording/download", ["id": "\(recording.serial)"])
            try await world.service.recordings.remove(recording)
            expect(try await world.fetch(link).json, is: notFound)
            expect(try await world.get("recording/download", ["id": "\(recording.serial)"]), is: notFound)
        }
    }

    @Test("A plus sign in a name finds its file, encoded or not; so does a blank where one was meant")
    func plusSigns() async throws {
        try await PSeriesWorld.run { world in
            let recording = try await world.record(RecordingDraft(callerNumber: "+35312", calleeNumber: "2005", direction: .inbound))
            #expect(recording.name.contains("-+35312-"))
            for file in [recording.name, recording.name.replacingOccurrences(of: "+", with: "%2B")] {
                let answer = try await world.raw("GET", "/openapi/v1.0/recording/download?access_token=\(world.token)&file=" + file)
                #expect(answer["file"] == .string(recording.name))
            }
        }
    }

    @Test("Announced as MP3, a recording whose stored name ends in capitals is found under the name it was announced by")
    func capitals() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.recordingFormat = .mp3
        } _: { world in
            let recording = try await world.record(draft(String(name.dropLast(4)) + ".WAV"))
            #expect(recording.name.hasSuffix(".WAV"))
            let announced = try await world.get("recording/download", ["id": "\(recording.serial)"])
            let file = try #require(announced["file"]?.string)
            #expect(file.hasSuffix(".mp3"))
            for name in [file, recording.name, String(file.dropLast(3)) + "MP3"] {
                let answer = try await world.get("recording/download", ["file": name])
                #expect(answer["file"] == .string(file), "\(answer.encoded)")
            }
        }
    }

    @Test("To see recordings and to download them are two rights")
    func permissions() async throws {
        try await PSeriesWorld.run(permissions: [.recordings]) { world in
            let recording = try await world.record(draft(name))
            #expect(try await world.get("recording/list")["total_number"] == 1)
            expect(try await world.get("recording/download", ["id": "\(recording.serial)"]), is: ["errcode": 10005, "errmsg": "ACCESS DENIED"])
        }
    }

    @Test("With downloads set to MP3, name and URL end so, both channels stay apart, and either name finds the recording")
    func mp3() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.recordingFormat = .mp3
        } _: { world in
            let recording = try await world.record(draft(name), WAV.tones([440, 0], milliseconds: 1000))
            let stored = try await world.service.renditions.sound(of: recording)
            #expect(try await world.service.renditions.needsConversion(stored, to: .mp3))
            #expect(try await world.service.renditions.needsConversion(stored, to: .wav) == false)
            let shown = name.replacingOccurrences(of: ".wav", with: ".mp3")
            for query: KeyValuePairs<String, String> in [["id": "\(recording.serial)"], ["file": name], ["file": shown]] {
                let answer = try await world.get("recording/download", query)
                #expect(answer["file"] == .string(shown))
                #expect(answer["download_resource_url"]?.string?.hasSuffix(".mp3") == true)
                let file = try await world.fetch(answer)
                #expect(file["Content-Type"] == "audio/mpeg")
                #expect(file["Content-Disposition"] == "attachment; filename=\"\(shown)\"")
                let facts = try await world.service.codec.measure(.bytes(.init(bytes: file.bytes)))
                #expect(facts.channels == 2 && facts.container == "mp3")
            }
            #expect(try await world.get("recording/list")["data"]?.array?[0]["file"] == .string(name))
            // Made once, it needs no turn again.
            #expect(try await world.service.renditions.needsConversion(stored, to: .mp3) == false)
        }
    }

    @Test("With downloads set to WAV, what came as MP3 is delivered as WAV, and what came as WAV to the byte")
    func wav() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.recordingFormat = .wav
        } _: { world in
            let sound = WAV.tones([440, 880], milliseconds: 300)
            let plain = try await world.record(draft(name), sound)
            #expect(try await world.fetch(world.get("recording/download", ["id": "\(plain.serial)"])).bytes == sound)
            let rendered = try await world.service.renditions.download(of: world.service.renditions.sound(of: plain), as: .mp3)
            let bytes = try await rendered.reader.read(at: 0, count: rendered.reader.size)
            let other = try await world.record(draft(), Array(bytes.readableBytesView))
            #expect(other.name.hasSuffix(".mp3"))
            let answer = try await world.get("recording/download", ["id": "\(other.serial)"])
            #expect(answer["file"]?.string?.hasSuffix(".wav") == true)
            let file = try await world.fetch(answer)
            #expect(file["Content-Type"] == "audio/wav" && Array(file.bytes[22..<24]) == [2, 0])
        }
    }

    @Test("Many downloads at once as MP3: each waits its turn and none is refused")
    func manyAtOnce() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.recordingFormat = .mp3
        } _: { world in
            var serials: [Int] = []
            for _ in 0..<6 { serials.append(try await world.record(draft(), WAV.tones([300, 600], milliseconds: 2000)).serial) }
            let codes = try await withThrowingTaskGroup(of: Int?.self) { group in
                for serial in serials + serials { group.addTask { try await world.get("recording/download", ["id": "\(serial)"]).code } }
                return try await group.reduce(into: [Int?]()) { $0.append($1) }
            }
            #expect(codes == Array(repeating: 0, count: 12))
        }
    }

    @Test("Live calls there are none: no channel has any id", arguments: ["call/record_start", "call/record_pause", "call/record_unpause"])
    func control(endpoint: String) async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.post(endpoint, ["channel_id": "PJSIP/2002-00000076"]), is: ["errcode": 70130, "errmsg": "CAHNNEL ID NOT FOUND"])
            expect(try await world.post(endpoint, [:]), is: parameterError("channel_id", required: true))
            expect(try await world.get(endpoint), is: ["errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"])
        }
    }
}

/// The rule that one MP3 at a time is made for an account (P§8.4).
@Suite struct ConversionTurnTests {
    private let turns = ConversionTurns()

    /// Lets a test hold a turn until it says otherwise.
    private func holding<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        let (end, ended) = AsyncStream.makeStream(of: Never.self)
        let (begin, begun) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turns.withTurn(of: "a", patience: .zero) {
                    begun.finish()
                    for await _ in end {}
                }
            }
            for await _ in begin {}
            let value = try await body()
            ended.finish()
            try await group.waitForAll()
            return value
        }
    }

    @Test("Without patience a second one is refused at once, of another account is not, and after the turn is not either")
    func refused() async throws {
        try await holding {
            await #expect(throws: ConversionTurns.Busy.self) { try await turns.withTurn(of: "a", patience: .zero) {} }
            await #expect(throws: ConversionTurns.Busy.self) { try await turns.withTurn(of: "a", patience: .milliseconds(1)) {} }
            #expect(turns.waiting(for: "a") == 0)
            try await turns.withTurn(of: "b", patience: .zero) {}
        }
        try await turns.withTurn(of: "a", patience: .zero) {}
        #expect(PSeriesFailure(ConversionTurns.Busy()) == .overloaded)
        #expect(PSeriesFailure.overloaded.code == 70082 && PSeriesFailure.overloaded.message == "OVERLOAD_TASK_RUNNING")
    }

    @Test("What takes longer than an answer may is stopped and is overload, as is a decoder that has too much to do")
    func tooLong() async throws {
        await #expect(throws: ConversionTurns.Busy.self) {
            try await answering(within: .milliseconds(1)) { try await Task.sleep(for: .seconds(600)) }
        }
        // Held up by somebody else's turn, it leaves the line.
        try await holding {
            await #expect(throws: ConversionTurns.Busy.self) {
                try await answering(within: .milliseconds(1)) { try await turns.withTurn(of: "a", patience: .seconds(600)) {} }
            }
            #expect(turns.waiting(for: "a") == 0)
        }
        #expect(try await answering(within: .seconds(600)) { 7 } == 7)
        await #expect(throws: VoicemailError.unplayable) { try await answering(within: .seconds(600)) { throw VoicemailError.unplayable } }
        #expect(PSeriesFailure(AudioError.overloaded("busy")) == .overloaded)
        #expect(PSeriesFailure(VoicemailError.unplayable) == .notFound)
    }

    @Test("Whoever waits is served in turn, never two at once")
    func inLine() async throws {
        let running = Counter()
        let waiting = try await holding {
            let tasks = (0..<8).map { _ in
                Task {
                    try await turns.withTurn(of: "a", patience: .seconds(600)) {
                        running.enter()
                        await Task.yield()
                        running.leave()
                    }
                }
            }
            while turns.waiting(for: "a") < 8 { await Task.yield() }
            return tasks
        }
        for task in waiting { try await task.value }
        #expect(running.most == 1 && running.all == 8)
        try await turns.withTurn(of: "a", patience: .zero) {}
    }

    @Test("Whoever gives up leaves the line, and the turn goes to the next")
    func cancelled() async throws {
        let next = try await holding {
            let first = Task { try await turns.withTurn(of: "a", patience: .seconds(600)) {} }
            while turns.waiting(for: "a") < 1 { await Task.yield() }
            let second = Task { try await turns.withTurn(of: "a", patience: .seconds(600)) {} }
            while turns.waiting(for: "a") < 2 { await Task.yield() }
            first.cancel()
            await #expect(throws: (any Error).self) { try await first.value }
            #expect(turns.waiting(for: "a") == 1)
            return second
        }
        try await next.value
    }

    @Test("A turn that fails is over all the same")
    func failure() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) { try await turns.withTurn(of: "a", patience: .zero) { throw Broken() } }
        try await turns.withTurn(of: "a", patience: .zero) {}
    }
}

/// How many were in at once, and in all.
private final class Counter: Sendable {
    private let state = Mutex((now: 0, most: 0, all: 0))

    func enter() {
        state.withLock { state in
            state.now += 1
            state.all += 1
            state.most = max(state.most, state.now)
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }

    var most: Int { state.withLock { $0.most } }
    var all: Int { state.withLock { $0.all } }
}
