import TestKit
import Testing
import Voicemail
@testable import Web

/// Every form and every page of Anna's, asked for by those who may not.
@Suite struct RefusalTests {
    enum Caller: String, CaseIterable, Sendable {
        case nobody, otherAccount, plainUser, staleForm
    }

    enum Deed: String, CaseIterable, Sendable {
        case new, saved, trash, gone
    }

    private static func browser(of caller: Caller, _ world: WebWorld) async throws -> (Browser, form: String) {
        let browser = Browser(world.server)
        switch caller {
        case .nobody: return (browser, try #require(try await browser.get("/login").field("form")))
        case .otherAccount:
            // Of the same name, an administrator there.
            let other = try await world.server.makeAccount("Other")
            let user = try await world.server.makeUser(TestWorld.username, password: TestWorld.password, in: other)
            _ = try await world.server.service.users.change(user.id, .patch(["priv_level": "admin"]), in: other)
            _ = try await world.server.makeMailbox("3000", in: other)
            try await browser.logIn(account: "Other")
        case .plainUser: try await browser.logIn(user: "bert", password: "other horse")
        case .staleForm:
            // A form of the session before.
            try await browser.logIn()
            let old = try #require(try await browser.get("/").field("form"))
            await browser.setCookie(Cookie.session.rawValue, nil)
            try await browser.logIn()
            return (browser, old)
        }
        return (browser, try #require(try await browser.get("/").field("form")))
    }

    @Test(arguments: Caller.allCases, Deed.allCases)
    func nothingChanges(_ caller: Caller, _ deed: Deed) async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(folder: deed == .saved ? .new : .saved)
            let before = try await world.server.service.messages.find(anywhere: message.id)
            let (browser, form) = try await Self.browser(of: caller, world)
            for word in [form, ""] {
                for fields in [[("do", "\(deed.rawValue) \(message.monthID)")], [("do", deed.rawValue), ("message", message.monthID)]] {
                    let answer = try await browser.post(world.messagesPath, [("form", word), ("from", "new")] + fields)
                    let expected = caller == .nobody ? 303 : caller == .staleForm || word.isEmpty ? 403 : 404
                    #expect(answer.status == expected, "\(caller) \(deed)")
                    if caller == .nobody { #expect(answer["Location"] == "../../login") }
                    #expect(!answer.text.contains("Bob"))
                }
            }
            #expect(try await world.server.service.messages.find(anywhere: message.id) == before)
        }
    }

    @Test(arguments: [Caller.nobody, .otherAccount, .plainUser])
    func nothingIsShown(_ caller: Caller) async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            let (browser, _) = try await Self.browser(of: caller, world)
            let sound = "\(world.messagesPath)/\(message.monthID)"
            let lists = ShownFolder.allCases.map { world.path($0.rawValue) }
            for path in lists + ["", "/play", "/peaks", "/file/stored", "/file/wav", "/file/mp3"].map({ sound + $0 }) {
                let answer = try await browser.get(path)
                #expect(answer.status == (caller == .nobody ? 303 : 404), "\(path)")
                #expect(!answer.text.contains("Bob") && !answer.text.contains("Box 3000 "))
            }
        }
    }

    /// What is there and not his looks the same as what is not there.
    @Test func whatIsNotThere() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(), foreign = try await world.leave(in: world.othersBox)
            try await world.browser.logIn()
            let hidden = try await world.browser.get("/boxes/\(world.othersBox.id)/new")
            for path in [
                "/boxes/\(HexID.random())/new", "/boxes/x/new", "\(world.messagesPath)/\(foreign.monthID)/play", "\(world.messagesPath)/\(foreign.monthID)",
                "\(world.messagesPath)/201601-\(message.id)", "\(world.messagesPath)/nonsense",
                "\(world.messagesPath)/201601-\(message.id)/play",
                "\(world.messagesPath)/nonsense/play", world.path("nonsense"), "/boxes", "\(world.messagesPath)/\(message.monthID)/file/exe",
            ] {
                let answer = try await world.browser.get(path)
                #expect(answer.status == 404, "\(path)")
                if !path.contains("messages"), path != "/boxes" { #expect(answer.shown == hidden.shown, "\(path)") }
            }
            let strange = try await world.press("burn \(message.monthID)")
            #expect(strange.status == 400)
            for path in [world.path(), "/"] {
                let answer = try await world.browser.post(path, [])
                #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD", "\(path)")
            }
            let asked = try await world.browser.get(world.messagesPath)
            #expect(asked.status == 405 && asked["Allow"] == "POST")
            // A form without end.
            let long = try await world.browser.post(world.messagesPath, [("form", String(repeating: "x", count: 70_000))])
            #expect(long.status == 413)
            #expect(try await world.folder(of: message) == .new)
        }
    }

    @Test func switchedOffUsersAreOut() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            _ = try await world.server.service.users.change(world.anna.id, .patch(["enabled": false]), in: world.account)
            #expect(try await world.browser.get("/").status == 303)
        }
    }
}
