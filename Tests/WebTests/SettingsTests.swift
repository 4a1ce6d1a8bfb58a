import Audio
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Greeting and settings")
struct SettingsTests {
    private static func path(_ world: WebWorld) -> String { "/boxes/\(world.box.id)/settings" }

    /// Sends a greeting as the form does.
    private static func upload(_ bytes: [UInt8], form: String?, _ world: WebWorld, browser: Browser? = nil, box: String? = nil) async throws -> Answer {
        let boundary = "----form"
        var body: [UInt8] = []
        func add(_ name: String, _ content: [UInt8], _ more: String = "") {
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n".utf8) + content + Array("\r\n".utf8)
        }
        if let form { add("form", Array(form.utf8)) }
        add("file", bytes, "; filename=\"../../<evil>.exe\"\r\nContent-Type: text/html")
        body += Array("--\(boundary)--\r\n".utf8)
        return try await (browser ?? world.browser).post(
            "/boxes/\(box ?? world.box.id)/greeting", body: body, type: "multipart/form-data; boundary=\(boundary)")
    }

    @Test("An uploaded greeting is what callers hear, in every interface; then another, the standard one, and none")
    func greeting() async throws {
        try await WebWorld.run { world in
            let service = world.server.service
            try await world.browser.logIn()
            let page = try await world.browser.get(Self.path(world))
            #expect(page.status == 200 && page.shown.contains("The standard greeting") && page.shown.contains("callers hear this"))
            let form = try #require(page.field("form"))
            let sound = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16)
            let done = try await Self.upload(sound, form: form, world)
            #expect(done.status == 303 && done["Location"] == "../../boxes/\(world.box.id)/settings?told=greeting", "\(done.text)")
            let chosen = try #require(try await service.greetings.inForce(of: try await service.mailboxes.find(world.box.id, of: world.account)))
            #expect(chosen.fileName == "web-2016-05-11-205320.wav")
            let token = try await world.server.makeToken(for: world.account)
            let media = try await world.server.send("GET", "/v2/accounts/\(world.account.id)/media/\(chosen.id)/raw", token: token)
            #expect(media.bytes == sound)
            let after = try await world.browser.get(Self.path(world) + "?told=greeting")
            #expect(after.shown.contains("Callers hear this greeting now."))
            let source = try #require(after.text.firstMatch(of: /src="\.\.\/\.\.(\/boxes\/[^"]*\/greetings\/[0-9]+\/play)"/)).output.1
            let heard = try await world.browser.get(String(source))
            #expect(heard.status == 200 && heard["Content-Type"] == "audio/mpeg")
            let standard = try await world.browser.post(Self.path(world), [("form", form), ("do", "standard")])
            #expect(standard.status == 303)
            #expect(try await service.greetings.inForce(of: try await service.mailboxes.find(world.box.id, of: world.account)) == nil)
            _ = try await world.browser.post(Self.path(world), [("form", form), ("do", "use \(chosen.serial)")])
            #expect(try await service.greetings.inForce(of: try await service.mailboxes.find(world.box.id, of: world.account))?.id == chosen.id)
            let removed = try await world.browser.post(Self.path(world), [("form", form), ("do", "remove \(chosen.serial)")])
            #expect(removed["Location"]?.hasSuffix("?told=removed") == true)
            #expect(try await service.greetings.list(on: .mailbox(world.box)).isEmpty)
            #expect(try await world.browser.get(String(source)).status == 404)
            #expect(try await world.browser.post(Self.path(world), [("form", form), ("do", "use \(chosen.serial)")]).status == 404)
        }
    }

    @Test("What is no sound, too large, or of another kind is refused, and nothing stays")
    func refusedGreetings() async throws {
        try await WebWorld.run {
            $0.limits.maximumAudioBytes = 100_000
        } _: { world in
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get(Self.path(world)).field("form"))
            let sound = WAV.tones([440], milliseconds: 500)
            let tones = AudioSamples.tones([440], seconds: 1)
            for (bytes, text) in [
                (Array("no sound".utf8), "That is no WAV or MP3"), ([], "That is no WAV or MP3"), (WAV.silence(milliseconds: 7000), "The file is too large"),
                (try tones.encoded(as: .flac), "That is no WAV or MP3"),
            ] {
                let answer = try await Self.upload(bytes, form: form, world)
                #expect(answer.status == 400 && answer.shown.contains { $0.hasPrefix(text) }, "\(text)")
            }
            for word in [nil, "", String(repeating: "0", count: 64), form + form] {
                let answer = try await Self.upload(sound, form: word, world)
                #expect(answer.status == 403, "\(word ?? "none")")
            }
            let bert = Browser(world.server), nobody = Browser(world.server)
            try await bert.logIn(user: "bert", password: "other horse")
            let his = try #require(try await bert.get("/").field("form"))
            #expect(try await Self.upload(sound, form: his, world, browser: bert).status == 404)
            #expect(try await Self.upload(sound, form: form, world, browser: nobody).status == 303)
            #expect(try await world.server.service.greetings.list(on: .mailbox(world.box)).isEmpty)
            #expect(try await world.server.service.housekeeping.removeOrphans() == 0)
        }
    }

    @Test("A greeting for a while is heard until the end of its last day, and the lasting one then; it can be ended before")
    func temporary() async throws {
        try await WebWorld.run { world in
            let service = world.server.service, path = Self.path(world)
            func heard() async throws -> Answering.Words { try await service.mailboxes.answering(world.box.id, in: world.account).greeting }
            try await world.browser.logIn()
            let empty = try await world.browser.get(path)
            #expect(empty.shown.contains("Upload a greeting first."))
            let form = try #require(empty.field("form"))
            _ = try await Self.upload(try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), form: form, world)
            world.server.clock.advance(by: 1)
            _ = try await Self.upload(try AudioSamples.tones([880], seconds: 1).encoded(as: .wavPCM16), form: form, world)
            let greetings = try await service.greetings.list(on: .mailbox(world.box))
            let lasting = greetings[0], away = greetings[1]
            func send(_ until: String, _ serial: Int? = nil) async throws -> Answer {
                try await world.browser.post(
                    path, [("form", form), ("do", "temporary"), ("temporary", String(serial ?? away.serial)), ("until", until)])
            }
            // It is the 11th of May.
            for wrong in ["2016-05-10", "2016-02-30", "tomorrow", "2016-05-11T00:00"] {
                let answer = try await send(wrong)
                #expect(answer.status == 400 && answer.shown.contains("That day has passed, or there is no such day. Nothing was changed."), "\(wrong)")
            }
            #expect(try await send("", 4711).status == 404)
            #expect(try await heard() == .own(try await service.greetings.find(lasting.id, of: world.account)))
            #expect(try await send("2016-05-12")["Location"]?.hasSuffix("?told=temporary") == true)
            #expect(try await heard() == .own(try await service.greetings.find(away.id, of: world.account)))
            let told = try await world.browser.get(path + "?told=greeting")
            #expect(told.shown.contains("Callers hear this greeting once the one for a while has ended."))
            let page = try await world.browser.get(path)
            #expect(page.shown.contains("until") && page.shown.contains { $0.contains("May 12, 2016") }, "\(page.shown)")
            // KAZOO's clients see it, and put another in its place, which has no end.
            let token = try await world.server.makeToken(for: world.account)
            let media = try await world.server.send("GET", "/v2/accounts/\(world.account.id)/vmboxes/\(world.box.id)", token: token)
            #expect(media.json["data"]?["media"]?["temporary_unavailable"] == .string(away.id))
            world.server.clock.advance(by: 2 * 86_400)
            #expect(try await heard() == .own(try await service.greetings.find(lasting.id, of: world.account)))
            try await world.browser.logIn()
            let after = try await world.browser.get(path)
            #expect(after.status == 200 && !after.shown.contains("End it now"))
        }
    }

    @Test("A greeting for a while without an end stays until it is ended; another interface's has no end either")
    func lasting() async throws {
        try await WebWorld.run { world in
            let service = world.server.service, path = Self.path(world)
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get(path).field("form"))
            _ = try await Self.upload(try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), form: form, world)
            let only = try #require(try await service.greetings.list(on: .mailbox(world.box)).first)
            func isTemporary() async throws -> Bool {
                try await service.mailboxes.find(world.box.id, of: world.account).temporaryGreeting(at: world.server.clock.now) != nil
            }
            let fields = [("form", form), ("temporary", String(only.serial))]
            _ = try await world.browser.post(path, fields + [("do", "temporary"), ("until", "")])
            world.server.clock.advance(by: 60)
            #expect(try await isTemporary())
            #expect(try await world.browser.post(path, fields + [("do", "lasting")])["Location"]?.hasSuffix("?told=lasting") == true)
            #expect(try await isTemporary() == false)
            _ = try await world.browser.post(path, fields + [("do", "temporary"), ("until", "2016-05-11")])
            let other = try await service.greetings.create(["name": "other"], id: nil, in: world.account)
            _ = try await service.mailboxes.change(
                world.box.id, .patch(["media": ["temporary_unavailable": .string(other.id)]]), in: world.account)
            world.server.clock.advance(by: 86_400)
            #expect(try await isTemporary())
        }
    }

    @Test("A new PIN opens the mailbox, two that differ and one that is none change nothing, and none is shown")
    func pin() async throws {
        try await WebWorld.run { world in
            let mailboxes = world.server.service.mailboxes
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get(Self.path(world)).field("form"))
            for (pin, again, text) in [
                ("4711", "4712", "The two PINs differ."), ("471", "471", "A PIN has at least four digits"), ("47a1", "47a1", "A PIN has at least four digits"),
                ("", "", "A PIN has at least four digits"), ("3000", "3000", "That PIN is the number of the mailbox"),
                ("03000", "03000", "That PIN is the number of the mailbox"),
                (String(repeating: "1", count: 16), String(repeating: "1", count: 16), "A PIN has at least four digits"),
            ] {
                let answer = try await world.browser.post(Self.path(world), [("form", form), ("do", "pin"), ("pin", pin), ("again", again)])
                #expect(answer.status == 400 && answer.shown.contains { $0.hasPrefix(text) }, "\(pin)")
            }
            #expect(mailboxes.pin(of: try await mailboxes.find(world.box.id, of: world.account)) == nil)
            let done = try await world.browser.post(Self.path(world), [("form", form), ("do", "pin"), ("pin", "471108"), ("again", "471108")])
            #expect(done["Location"]?.hasSuffix("?told=pin") == true)
            #expect(mailboxes.pinOpens(try await mailboxes.find(world.box.id, of: world.account), "471108"))
            let page = try await world.browser.get(Self.path(world))
            #expect(!page.text.contains("471108") && page.shown.contains("The mailbox has a PIN, which opens it by telephone."))
        }
    }

    @Test("Mail: on or off, with the sound or without, and to whom")
    func mail() async throws {
        try await WebWorld.run { world in
            let mailboxes = world.server.service.mailboxes
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get(Self.path(world)).field("form"))
            let done = try await world.browser.post(
                Self.path(world), [("form", form), ("do", "mail"), ("sends", "yes"), ("addresses", "anna@example.org, office@example.org")])
            #expect(done["Location"]?.hasSuffix("?told=mail") == true, "\(done.text)")
            let box = try await mailboxes.find(world.box.id, of: world.account)
            #expect(box.notificationAddresses == ["anna@example.org", "office@example.org"] && !box.mailCarriesAudio)
            let page = try await world.browser.get(Self.path(world))
            #expect(page.text.contains("value=\"anna@example.org, office@example.org\"") && page.text.contains("name=\"sends\" value=\"yes\" checked"))
            let wrong = try await world.browser.post(Self.path(world), [("form", form), ("do", "mail"), ("addresses", "anna@example.org, nonsense")])
            #expect(wrong.status == 400 && wrong.shown.contains("One of these is no mail address. Nothing was changed."))
            #expect(try await mailboxes.find(world.box.id, of: world.account) == box)
            _ = try await world.browser.post(Self.path(world), [("form", form), ("do", "mail"), ("addresses", ""), ("audio", "yes")])
            let sends = try await mailboxes.owned([box.id], of: world.account) { $0.sendsMail }
            #expect(sends == [false])
        }
    }

    @Test(
        "Who only listens to a shared mailbox changes nothing of it; no form of others does anything",
        arguments: ["pin", "mail", "standard", "use 1", "remove 1", "temporary", "lasting"])
    func refused(_ deed: String) async throws {
        try await WebWorld.run { world in
            let group = try await world.server.makeMailbox("6300", in: world.account, ["name": "Sales"])
            _ = try await world.server.service.groups.set(MailboxGroup(mode: .share, members: [world.box.id]), of: group.id, in: world.account)
            try await world.browser.logIn()
            let inbox = try await world.browser.get("/boxes/\(group.id)/new")
            #expect(inbox.status == 200 && !inbox.shown.contains("Greeting and settings"))
            let own = try await world.browser.get("/")
            #expect(own.shown.contains("Greeting and settings"))
            let form = try #require(own.field("form"))
            let fields = [("do", deed), ("pin", "471108"), ("again", "471108"), ("addresses", "a@example.org")]
            for box in [group.id, world.othersBox.id, HexID.random()] {
                #expect(try await world.browser.get("/boxes/\(box)/settings").status == 404)
                #expect(try await world.browser.post("/boxes/\(box)/settings", [("form", form)] + fields).status == 404)
                #expect(try await world.browser.get("/boxes/\(box)/greetings/1/play").status == 404)
            }
            let before = try await world.server.service.mailboxes.find(world.box.id, of: world.account)
            #expect(try await world.browser.post(Self.path(world), [("form", String(repeating: "0", count: 64))] + fields).status == 403)
            #expect(try await Browser(world.server).post(Self.path(world), [("form", form)] + fields).status == 303)
            #expect(try await world.server.service.mailboxes.find(world.box.id, of: world.account) == before)
        }
    }
}
