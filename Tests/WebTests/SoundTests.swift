import Audio
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Listening and downloading")
struct SoundTests {
    @Test("What a browser plays is MP3, with ranges, whatever is stored")
    func play() async throws {
        try await WebWorld.run { world in
            let message = try await world.server.leave(
                audio: try AudioSamples.tones([440], seconds: 2).encoded(as: .wavGSM), in: world.box, of: world.account)
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            let source = try #require(page.text.firstMatch(of: /<audio[^>]* src="\.(\/[^"]*)"/)).output.1
            #expect(source == "\(world.messagesPath)/\(message.monthID)/play")
            let whole = try await world.browser.get(String(source))
            #expect(whole.status == 200 && whole["Content-Type"] == "audio/mpeg" && whole["Accept-Ranges"] == "bytes" && whole["Cache-Control"] == "no-store")
            let facts = try await world.server.service.codec.measure(.bytes(ByteBuffer(bytes: whole.bytes)))
            #expect(facts.container == "mp3" && (1900...2300).contains(facts.durationMilliseconds))
            let part = try await world.browser.get(String(source), ["Range": "bytes=100-199"])
            #expect(part.status == 206 && part.bytes == Array(whole.bytes[100..<200]) && part["Content-Range"] == "bytes 100-199/\(whole.bytes.count)")
            let beyond = try await world.browser.get(String(source), ["Range": "bytes=\(whole.bytes.count)-"])
            #expect(beyond.status == 416)
            let head = try await world.browser.get(String(source), method: "HEAD")
            #expect(head.status == 200 && head.bytes.isEmpty && head["Content-Length"] == String(whole.bytes.count))
        }
    }

    @Test("Who hears or takes a message is noted where the account wants it; a waveform is no sound")
    func noted() async throws {
        try await WebWorld.run { world in
            let service = world.server.service
            _ = try await service.accounts.change(world.account.id, .patch(["audit_listening": true]))
            var expected: [String] = []
            try await world.browser.logIn()
            for way in ["/play", "/file/stored", "/file/wav", "/peaks"] {
                let sound = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16)
                let message = try await world.server.leave(audio: sound, in: world.box, of: world.account)
                let answer = try await world.browser.get("\(world.messagesPath)/\(message.monthID)\(way)")
                #expect(answer.status == 200, "\(way)")
                if way != "/peaks" { expected.append(message.id) }
            }
            let heard = try await service.audit.list(of: world.account.id, limit: 100).filter { $0.action == .heard }
            #expect(heard.map { $0.subjects.first } == expected && heard.allSatisfy { $0.actor.hasPrefix("web ") })
        }
    }

    @Test("A waveform has as many peaks as a screen shows, the loudest 100")
    func peaks() async throws {
        try await WebWorld.run { world in
            let sound = AudioSamples.tones([440], seconds: 1).followed(by: .tones([0], seconds: 1))
            let message = try await world.server.leave(audio: try sound.encoded(as: .wavPCM16), in: world.box, of: world.account)
            let broken = try await world.leave(audio: Array("no sound at all".utf8))
            try await world.browser.logIn()
            let answer = try await world.browser.get("\(world.messagesPath)/\(message.monthID)/peaks")
            let channels = try #require(answer.json.array), peaks = channels.first?.array?.compactMap(\.int) ?? []
            #expect(channels.count == 1)
            #expect(peaks.count == 160 && peaks.max() == 100 && peaks.prefix(70).allSatisfy { $0 > 90 } && peaks.suffix(70).allSatisfy { $0 < 10 }, "\(peaks)")
            #expect(try await world.browser.get("\(world.messagesPath)/\(broken.monthID)/peaks").status == 415)
        }
    }

    @Test("Downloads: as stored byte for byte, as WAV, as MP3, under a name that says who called and when")
    func download() async throws {
        try await WebWorld.run { world in
            let audio = try AudioSamples.tones([440], seconds: 1).encoded(as: .mp3)
            let message = try await world.server.leave(
                MessageDraft(callerName: "Bob", callerNumber: "+4930555"), audio: audio, contentType: "text/html", fileName: "evil.mp3", in: world.box,
                of: world.account)
            try await world.browser.logIn()
            let base = "\(world.messagesPath)/\(message.monthID)/file/"
            let stored = try await world.browser.get(base + "stored")
            #expect(stored.bytes == audio && stored["Content-Type"] == "application/octet-stream")
            #expect(stored["Content-Disposition"] == "attachment; filename=\"+4930555_2016-05-11_20-53-20.mp3\"")
            let wav = try await world.browser.get(base + "wav")
            #expect(wav["Content-Type"] == "audio/wav" && wav.bytes.starts(with: Array("RIFF".utf8)))
            #expect(wav["Content-Disposition"]?.hasSuffix(".wav\"") == true)
            let mp3 = try await world.browser.get(base + "mp3")
            #expect(mp3["Content-Type"] == "audio/mpeg" && mp3["Content-Disposition"]?.hasPrefix("attachment") == true)
        }
    }

    @Test("What no decoder accepts cannot be played, and can be downloaded")
    func unplayable() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(audio: Array("no sound at all".utf8))
            let silent = try await world.leave(audio: nil)
            try await world.browser.logIn()
            let base = "\(world.messagesPath)/\(message.monthID)"
            let play = try await world.browser.get(base + "/play")
            #expect(play.status == 415 && play.shown.contains("This sound cannot be played"))
            let stored = try await world.browser.get(base + "/file/stored")
            #expect(stored.status == 200 && stored.text == "no sound at all")
            let nothing = try await world.browser.get("\(world.messagesPath)/\(silent.monthID)/play")
            #expect(nothing.status == 404)
        }
    }
}
