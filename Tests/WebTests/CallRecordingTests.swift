import Audio
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Recorded calls")
struct CallRecordingTests {
    private static func add(
        _ world: WebWorld, from caller: String = "+35315550101", to callee: String = "100", hoursAgo: Int = 1,
        audio: [UInt8] = WAV.tones([440], milliseconds: 1200),
        in account: Account? = nil
    ) async throws -> Recording {
        let intake = try await world.server.service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: audio))
        let audio = try await intake.finish(contentType: "audio/wav", fileName: "call.wav", policy: .playableOnly)
        let draft = RecordingDraft(
            callerNumber: caller, callerName: "<i>Clara", calleeNumber: callee, started: world.server.clock.now.advanced(by: -3600 * hoursAgo))
        return try await world.server.service.recordings.add(draft, audio: audio, in: account ?? world.account)
    }

    @Test("They are listed, newest first, found by number and day, heard and taken along")
    func list() async throws {
        try await ConsoleTests.run { world, browser in
            #expect(try await browser.get("/recordings").shown.contains("There are no call recordings."))
            let old = try await Self.add(world, hoursAgo: 100), new = try await Self.add(world, from: "1001")
            #expect(try await browser.get("/").text.contains("href=\"./recordings\""))
            let page = try await browser.get("/recordings")
            let ids = page.text.matches(of: /recordings\/([0-9a-f]{32})\/play/).map { String($0.output.1) }
            #expect(page.status == 200 && ids == [new.id, old.id] && page.shown.contains("<i>Clara · 1001") && page.text.contains("&lt;i&gt;Clara"))
            let found = try await browser.get("/recordings?caller=%2B35315550101")
            #expect(found.text.contains(old.id) && !found.text.contains(new.id))
            let day = try await browser.get("/recordings?since=2016-05-01&until=2016-05-09")
            #expect(day.text.contains(old.id) && !day.text.contains(new.id))
            #expect(try await browser.get("/recordings?callee=999").shown.contains("No call recording fits."))
            let sound = try await browser.get("/recordings/\(new.id)/play")
            #expect(sound.status == 200 && sound["Content-Type"] == "audio/mpeg")
            let part = try await browser.get("/recordings/\(new.id)/play", ["Range": "bytes=0-9"])
            #expect(part.status == 206 && part.bytes.count == 10)
            for (format, type) in [("stored", "application/octet-stream"), ("wav", "audio/wav"), ("mp3", "audio/mpeg")] {
                let file = try await browser.get("/recordings/\(new.id)/file/\(format)")
                #expect(
                    file.status == 200 && file["Content-Type"]?.hasPrefix(type) == true && file["Content-Disposition"]?.hasPrefix("attachment") == true,
                    "\(format)")
            }
        }
    }

    @Test("What the caller said and what was said to him are drawn apart, to one scale; of one channel there is one")
    func channels() async throws {
        try await ConsoleTests.run { world, browser in
            let stereo = AudioSamples(
                interleaved: (0..<16_000).flatMap { index in [index < 8000 ? Float(0.5) : 0, index < 8000 ? 0 : 0.25] }, sampleRate: 8000, channels: 2)
            let both = try await Self.add(world, audio: try stereo.encoded(as: .wavPCM16)), one = try await Self.add(world)
            let answer = try await browser.get("/recordings/\(both.id)/peaks")
            let channels = try #require(answer.json.array).map { ($0.array ?? []).compactMap(\.int) }
            #expect(channels.map(\.count) == [160, 160])
            let first = channels[0], second = channels[1]
            #expect(first.prefix(79).allSatisfy { $0 > 90 } && first.suffix(79).allSatisfy { $0 == 0 })
            #expect(second.prefix(79).allSatisfy { $0 == 0 } && second.suffix(79).allSatisfy { (45...55).contains($0) })
            #expect(try await browser.get("/recordings/\(one.id)/peaks").json.array?.count == 1)
        }
    }

    @Test("Pages go on where the one before ended")
    func pages() async throws {
        try await ConsoleTests.run { world, browser in
            for index in 0..<(WebDialect.rowsOfPage + 1) { _ = try await Self.add(world, hoursAgo: index) }
            func count(_ page: Answer) -> Int { page.text.matches(of: /\/play"/).count }
            let first = try await browser.get("/recordings?callee=100")
            #expect(count(first) == WebDialect.rowsOfPage && first.text.contains("href=\"./recordings?callee=100&amp;page=2\""))
            let second = try await browser.get("/recordings?callee=100&page=2")
            #expect(count(second) == 1 && second.shown.contains("Newer") && !second.shown.contains("Older"))
            for odd in ["0", "-3", "x", "99999999999999999999"] { #expect(try await browser.get("/recordings?page=\(odd)").status == 200) }
        }
    }

    @Test("Nobody but the account's administrators hears them, and they no other account's")
    func refusals() async throws {
        try await ConsoleTests.run { world, browser in
            let recording = try await Self.add(world)
            let elsewhere = try await world.server.makeAccount("Other"), foreign = try await Self.add(world, in: elsewhere)
            try await world.browser.logIn()
            #expect(!(try await world.browser.get("/")).text.contains("/recordings"))
            for path in ["/recordings", "/recordings/\(recording.id)/play", "/recordings/\(recording.id)/peaks", "/recordings/\(recording.id)/file/wav"] {
                #expect(try await Browser(world.server).get(path).status == 303)
                #expect(try await world.browser.get(path).status == 404)
                #expect(try await browser.post(path, []).status == 405)
            }
            for path in [
                "/recordings/\(foreign.id)/play", "/recordings/\(foreign.id)/peaks", "/recordings/\(foreign.id)/file/stored", "/recordings/x/play",
                "/recordings/\(recording.id)/file/exe",
            ] {
                #expect(try await browser.get(path).status == 404, "\(path)")
            }
            #expect(!(try await browser.get("/recordings")).text.contains(foreign.id))
        }
    }
}
