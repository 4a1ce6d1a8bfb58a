import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("One's own password and language")
struct OwnLoginTests {
    private static func fields(_ form: String, _ present: String, _ password: String, _ again: String) -> [(String, String)] {
        [("form", form), ("do", "password"), ("present", present), ("password", password), ("again", again)]
    }

    @Test("Who knows the present password sets another; he stays logged in here, and nowhere else")
    func password() async throws {
        try await WebWorld.run { world in
            let elsewhere = Browser(world.server)
            try await elsewhere.logIn()
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get("/sessions").field("form"))
            let done = try await world.browser.post("/sessions", Self.fields(form, TestWorld.password, "a newer horse", "a newer horse"))
            #expect(done.status == 303 && done["Location"] == "./sessions?told=password")
            let page = try await world.browser.get("/sessions?told=password")
            #expect(page.status == 200 && page.shown.contains("The password is changed. You are logged out everywhere else."))
            #expect(page.field("form") != form)
            #expect(try await elsewhere.get("/").status == 303)
            #expect(try await Browser(world.server).logIn().status == 403)
            #expect(try await Browser(world.server).logIn(password: "a newer horse").status == 303)
        }
    }

    @Test("A wrong present one, two that differ and none change nothing; guessing locks as at the login")
    func wrong() async throws {
        try await WebWorld.run {
            $0.logins.maximumFailures = 3
        } _: { world in
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get("/sessions").field("form"))
            for (present, password, again, words) in [
                (TestWorld.password, "one", "other", "The two passwords differ, or there is none. Nothing was changed."),
                (TestWorld.password, "", "", "The two passwords differ, or there is none. Nothing was changed."),
                ("wrong", "one", "one", "That is not your present password. Nothing was changed."),
                ("", "one", "one", "That is not your present password. Nothing was changed."),
                ("wrong", "one", "one", "That is not your present password. Nothing was changed."),
            ] {
                let answer = try await world.browser.post("/sessions", Self.fields(form, present, password, again))
                #expect(answer.status == 400 && answer.shown.contains(words), "\(answer.shown)")
                #expect(!answer.text.contains("value=\"one\""))
            }
            let locked = try await world.browser.post("/sessions", Self.fields(form, TestWorld.password, "one", "one"))
            #expect(locked.status == 429 && locked.shown.contains { $0.hasPrefix("There were too many wrong passwords.") })
            world.server.clock.advance(by: 301)
            #expect(try await world.browser.get("/").status == 200)
            #expect(try await Browser(world.server).logIn(password: TestWorld.password).status == 303)
        }
    }

    @Test("Pages are in the language that is chosen, and again in the browser's")
    func language() async throws {
        try await WebWorld.run { world in
            let browser = Browser(world.server, language: "es")
            try await browser.logIn()
            let form = try #require(try await browser.get("/sessions").field("form"))
            #expect(try await browser.post("/sessions", [("form", form), ("do", "language"), ("language", "fr")]).status == 303)
            let page = try await browser.get("/sessions?told=language")
            #expect(page["Content-Language"] == "fr" && page.text.contains("<option value=\"fr\" lang=\"fr\" selected>"))
            #expect(try await browser.post("/sessions", [("form", form), ("do", "language"), ("language", "tlh")]).status == 400)
            #expect(try await browser.post("/sessions", [("form", form), ("do", "language"), ("language", "")]).status == 303)
            #expect(try await browser.get("/")["Content-Language"] == "es")
        }
    }

    @Test("Who came with a PIN has neither")
    func pin() async throws {
        try await WebWorld.run {
            $0.web.takesPINs = true
        } _: { world in
            try await world.setPIN("482915")
            try await world.browser.logIn(user: "3000", password: "482915", with: "pin")
            let page = try await world.browser.get("/sessions"), form = try #require(page.field("form"))
            #expect(page.status == 200 && !page.text.contains("id=\"present\""))
            #expect(try await world.browser.post("/sessions", Self.fields(form, "482915", "x", "x")).status == 400)
            #expect(try await world.browser.post("/sessions", [("form", form), ("do", "language"), ("language", "fr")]).status == 400)
        }
    }
}
