import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("A greeting by text to speech")
struct SpokenGreetingTests {
    private static func path(_ world: WebWorld) -> String { "/boxes/\(world.box.id)/settings" }

    private static func speak(_ world: WebWorld, _ text: String, in language: String = "en") async throws -> Answer {
        let form = try #require(try await world.browser.get(path(world)).field("form"))
        return try await world.browser.post(path(world), [("form", form), ("do", "speak"), ("text", text), ("language", language)])
    }

    @Test("A text is spoken in the language that is chosen, and callers hear it; it is known as spoken, with its text")
    func spoken() async throws {
        let speaker = Speaker()
        try await WebWorld.run(synthesizer: speaker) { world in
            try await world.browser.logIn()
            let page = try await world.browser.get(Self.path(world))
            #expect(page.shown.contains("A spoken text") && page.text.contains("<option value=\"en\" lang=\"en\" selected>"))
            let done = try await Self.speak(world, "  Ceci est\r\nla boîte <d’Anna>.  ", in: "fr")
            #expect(done.status == 303 && done["Location"]?.hasSuffix("/settings?told=greeting") == true, "\(done.shown)")
            #expect(speaker.requests == [SpeechRequest(text: "Ceci est\nla boîte <d’Anna>.", language: "fr")])
            let service = world.server.service, box = try await service.mailboxes.find(world.box.id, of: world.account)
            let chosen = try #require(try await service.greetings.inForce(of: box))
            #expect(chosen.isSynthesized && chosen.suffix == ".wav")
            #expect(try await service.greetings.find(chosen.id, of: world.account).spokenText == "Ceci est\nla boîte <d’Anna>.")
            let heard = try await world.browser.get("/boxes/\(world.box.id)/greetings/\(chosen.serial)/play")
            #expect(heard.status == 200 && heard["Content-Type"] == "audio/mpeg")
        }
    }

    @Test("The text may be as long as it may be, and no longer; none, a language that is not spoken and one that is none are refused, and nothing stays")
    func bounds() async throws {
        try await WebWorld.run(synthesizer: Speaker()) {
            $0.limits.maximumGreetings = 1
        } _: { world in
            try await world.browser.logIn()
            let most = SpeechRequest.longestText
            for (text, language, status, words) in [
                ("", "en", 400, "There is no text, or it is too long. Nothing was changed."),
                (" \r\n ", "en", 400, "There is no text, or it is too long. Nothing was changed."),
                (String(repeating: "я", count: most + 1), "en", 400, "There is no text, or it is too long. Nothing was changed."),
                ("Да", "ru", 400, "The server does not speak this language. Nothing was changed."), ("x", "tlh", 400, "The request could not be read"),
                ("x", "../../etc", 400, "The request could not be read"), ("break", "en", 500, "Something went wrong"),
            ] {
                let answer = try await Self.speak(world, text, in: language)
                #expect(answer.status == status && answer.shown.contains(words), "\(text.prefix(9)) \(language): \(answer.shown)")
            }
            let kept = try await Self.speak(world, "<b>Да", in: "ru")
            #expect(kept.text.contains(">&lt;b&gt;Да</textarea>"))
            let service = world.server.service
            #expect(try await service.greetings.list(on: .mailbox(world.box)).isEmpty)
            #expect(try await Self.speak(world, String(repeating: "я", count: most)).status == 303)
            world.server.clock.advance(by: 1)
            let full = try await Self.speak(world, "one more")
            #expect(full.status == 400 && full.shown.contains("There are as many greetings as there may be. Remove one first."))
            #expect(try await service.greetings.list(on: .mailbox(world.box)).count == 1)
            #expect(try await service.housekeeping.removeOrphans() == 0)
        }
    }

    @Test("Where nothing speaks there is no form, and one that is sent all the same is refused")
    func silent() async throws {
        try await WebWorld.run { world in
            guard world.server.installation.synthesizer == nil else { return }
            try await world.browser.logIn()
            #expect(!(try await world.browser.get(Self.path(world))).text.contains("value=\"speak\""))
            #expect(try await Self.speak(world, "hello").status == 400)
            #expect(try await world.server.service.greetings.list(on: .mailbox(world.box)).isEmpty)
        }
    }
}
