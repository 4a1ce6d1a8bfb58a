import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("The list of logins")
struct SessionListTests {
    private static func ids(_ page: Answer) -> [String] { page.text.matches(of: /value="end ([0-9a-f]+)"/).map { String($0.output.1) } }

    private static let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

    @Test("Where one is logged in: by what, from where, since when; one is ended, and then all")
    func list() async throws {
        try await WebWorld.run { world in
            let telephone = Browser(world.server, agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Mobile Safari/604.1")
            let desk = Browser(world.server, agent: Self.firefox), strange = Browser(world.server, agent: "<b>\"evil\u{202E}")
            for browser in [telephone, desk, strange] {
                try await browser.logIn()
                world.server.clock.advance(by: 60)
            }
            let page = try await desk.get("/sessions")
            #expect(page.status == 200 && page.shown.contains("Firefox · Linux") && page.shown.contains("Safari · iPhone"))
            #expect(page.shown.contains("<b>\"evil\u{202E}") && page.shown.contains("this one") && page.shown.contains("127.0.0.1"))
            // Newest first, and none of the words in it opens anything.
            #expect(Self.ids(page).count == 2)
            #expect(!page.text.contains(try #require(await telephone.cookies[Cookie.session.rawValue])))
            let form = try #require(page.field("form"))
            let ended = try await desk.post("/sessions", [("form", form), ("do", "end \(Self.ids(page)[1])")])
            #expect(ended.status == 303 && ended["Location"] == "./sessions?told=ended")
            #expect(try await telephone.get("/").status == 303)
            #expect(try await strange.get("/").status == 200)
            #expect(try await desk.get("/sessions?told=ended").shown.contains("That session is ended."))
            let again = try await desk.post("/sessions", [("form", form), ("do", "end \(Self.ids(page)[1])")])
            #expect(again.status == 404)
            let all = try await desk.post("/sessions", [("form", form), ("do", "all")])
            #expect(all.status == 303 && all["Location"] == "./login?out=all" && all["Clear-Site-Data"] == "\"cache\"")
            for browser in [desk, strange] { #expect(try await browser.get("/").status == 303) }
            #expect(try await desk.get("/login?out=all").shown.contains("You are logged out everywhere."))
        }
    }

    @Test("Nobody ends the sessions of another, or without a form of this session")
    func refusals() async throws {
        try await WebWorld.run { world in
            let bert = Browser(world.server)
            try await world.browser.logIn()
            try await bert.logIn(user: "bert", password: "other horse")
            let second = Browser(world.server)
            try await second.logIn()
            let hers = try #require(Self.ids(try await world.browser.get("/sessions")).first), page = try await bert.get("/sessions")
            #expect(Self.ids(page).isEmpty)
            let form = try #require(page.field("form"))
            #expect(try await bert.post("/sessions", [("form", form), ("do", "end \(hers)")]).status == 404)
            for fields in [[("do", "all")], [("form", form), ("do", "all")], [("form", ""), ("do", "end \(hers)")]] {
                #expect(try await world.browser.post("/sessions", fields).status == 403)
            }
            let own = try #require(try await world.browser.get("/sessions").field("form"))
            for deed in ["", "end", "end a b", "some \(hers)"] {
                #expect(try await world.browser.post("/sessions", [("form", own), ("do", deed)]).status == 400, "\(deed)")
            }
            // An empty name is the beginning of every hash.
            #expect(try await world.browser.post("/sessions", [("form", own), ("do", "end  ")]).status == 400)
            for browser in [world.browser, second, bert] { #expect(try await browser.get("/").status == 200) }
            let nobody = try await Browser(world.server).get("/sessions")
            #expect(nobody.status == 303 && nobody["Location"] == "./login?to=sessions")
            #expect(try await world.browser.get("/sessions", method: "DELETE").status == 405)
        }
    }

    @Test("Beyond so many at once, the oldest end")
    func bound() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            world.server.clock.advance(by: 1)
            let others = (1...Sessions.most).map { _ in Browser(world.server) }
            for browser in others.dropLast() { try await browser.logIn() }
            #expect(try await world.browser.get("/").status == 200)
            try await others[others.count - 1].logIn()
            #expect(try await world.browser.get("/").status == 303)
            #expect(try await others[0].get("/").status == 200)
        }
    }
}

@Suite("What a browser is called")
struct BrowserNameTests {
    @Test(arguments: [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari · macOS"),
        ("curl/8.14.1", "curl"), ("", ""), (String(repeating: "x", count: 100), String(repeating: "x", count: 60)),
    ])
    func name(_ agent: String, _ name: String) { #expect(BrowserName.of(agent) == name) }
}
