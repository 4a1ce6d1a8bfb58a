import Audio
import NIOCore
import Server
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
        let intake = world.server.service.messages.receiveAudio()
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
            let older = try #require(first.text.firstMatch(of: /href="\.(\/recordings\?callee=100&amp;start=[0-9]+_[0-9]+)" rel="next"/)).output.1
            #expect(count(first) == WebDialect.rowsOfPage && !first.shown.contains("Newest"))
            let second = try await browser.get(Answer.unescaped(String(older)))
            #expect(count(second) == 1 && second.shown.contains("Newest") && !second.shown.contains("Older"))
            #expect(second.text.contains("href=\"./recordings?callee=100\""))
            for odd in ["0", "-3_1", "x_y", "1_", "99999999999999999999_1"] { #expect(try await browser.get("/recordings?start=\(odd)").status == 200) }
        }
    }

    @Test("Where the account lets him, an owner hears the calls of his own mailbox, and of no other; a PIN opens none")
    func owners() async throws {
        try await WebWorld.run {
            $0.web.takesPINs = true
        } _: { world in
            // The mailboxes are older than their calls.
            world.server.clock.advance(by: 4 * 3600)
            let called = try await Self.add(world, from: "<i>12", to: "3000", hoursAgo: 3), calling = try await Self.add(world, from: "3000", to: "3001")
            let bert = try await Self.add(world, from: "4711", to: "3001", hoursAgo: 2)
            func paths(_ recording: Recording) -> [String] {
                ["play", "peaks", "file/stored", "file/wav", "file/mp3"].map { "/recordings/\(recording.id)/\($0)" }
            }
            try await world.browser.logIn()
            #expect(try await world.browser.get("/recordings").status == 404)
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["owners_hear_recordings": true]))
            #expect(try await world.browser.get("/").text.contains("href=\"./recordings\""))
            let page = try await world.browser.get("/recordings")
            let ids = page.text.matches(of: /recordings\/([0-9a-f]{32})\/play/).map { String($0.output.1) }
            #expect(page.status == 200 && ids == [calling.id, called.id] && page.shown.contains("These are the calls from and to your mailboxes’ numbers."))
            #expect(page.text.contains("&lt;i&gt;12") && !page.text.contains("4711"))
            for path in paths(called) + paths(calling) { #expect(try await world.browser.get(path).status == 200, "\(path)") }
            for path in paths(bert) { #expect(try await world.browser.get(path).status == 404, "\(path)") }
            #expect(try await world.browser.get("/recordings?callee=3001").text.contains(calling.id))
            #expect(!(try await world.browser.get("/recordings?caller=4711")).text.contains(bert.id))
            // Whoever comes with the PIN only.
            try await world.setPIN("482915")
            let telephone = Browser(world.server)
            try await telephone.logIn(user: "3000", password: "482915", with: "pin")
            #expect(!(try await telephone.get("/")).text.contains("/recordings"))
            for path in ["/recordings"] + paths(called) { #expect(try await telephone.get(path).status == 404, "\(path)") }
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["owners_hear_recordings": false]))
            for path in ["/recordings"] + paths(called) { #expect(try await world.browser.get(path).status == 404, "\(path)") }
        }
    }

    @Test("Administrators let owners hear them in the console, and take it back; odd words change nothing")
    func switched() async throws {
        try await ConsoleTests.run { world, browser in
            let recording = try await Self.add(world, from: "4711", to: "3000", hoursAgo: 0), path = "/recordings/\(recording.id)/play"
            try await world.browser.logIn()
            func post(_ deed: String, to page: String = "/console/overview") async throws -> Answer {
                let form = try #require(try await browser.get("/console").field("form"))
                return try await browser.post(page, [("form", form), ("do", deed)])
            }
            let before = try await browser.get("/console")
            #expect(before.shown.contains("Only administrators hear recorded calls.") && before.shown.contains("Let owners hear their calls"))
            let done = try await post("recordings on")
            #expect(done.status == 303 && done["Location"] == "../console/overview?told=done")
            let after = try await browser.get("/console/overview?told=done")
            #expect(after.shown.contains("Done.") && after.shown.contains("Let only administrators hear them"))
            #expect(try await world.browser.get(path).status == 200)
            // From a page that is not the newest any more, and from the console's own address.
            #expect(try await post("recordings on", to: "/console").status == 303)
            for odd in ["recordings", "recordings maybe", "recordings off now", "recordings_off", "off", ""] {
                let answer = try await post(odd)
                #expect(answer.status == 400, "\(odd)")
            }
            #expect(try await world.browser.get(path).status == 200)
            #expect(try await post("recordings off").status == 303)
            #expect(try await world.browser.get(path).status == 404)
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
