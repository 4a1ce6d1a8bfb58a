import Delivery
import Server
import TestKit
import Testing
import Voicemail
@testable import Notifications
@testable import Web

@Suite("A listener of the page's own (web.listen)")
struct OwnListenerTests {
    /// Runs `body` with the page at an address of its own, seen through it.
    private static func run(
        at path: String = "/", _ configure: (inout Configuration) -> Void = { _ in }, _ body: @Sendable (WebWorld, TestServer) async throws -> Void
    ) async throws {
        try await WebWorld.run {
            $0.http.page = [ListenAddress(host: "127.0.0.1", port: 0)]
            $0.web.path = path
            configure(&$0)
        } _: { world in
            try await body(world, world.server.reached(at: try #require(world.server.pagePort)))
        }
    }

    @Test("The page is there and nowhere else, under its path", arguments: ["/", "/voicemail/"])
    func apart(_ root: String) async throws {
        try await Self.run(at: root) { world, people in
            let message = try await world.leave()
            let browser = Browser(people)
            try await browser.logIn(at: root)
            let inbox = try await browser.get(root + "boxes/\(world.box.id)/new")
            #expect(inbox.status == 200 && inbox.shown.contains("Bob"))
            #expect(try await browser.get(root + "boxes/\(world.box.id)/messages/\(message.monthID)/play").status == 200)
            #expect(try await browser.get(root + "style.css").status == 200)
            // The session is good, and the others have no page to show with it.
            let others = Browser(world.server)
            for (name, value) in await browser.cookies { await others.setCookie(name, value) }
            for path in ["", "login", "style.css", "setup", "reference", "console", "boxes/\(world.box.id)/new"] {
                let answer = try await others.get(root + path)
                #expect(answer.status == 404 && answer.text == "not found\n" && answer.setCookieCount == 0, "\(path)")
            }
        }
    }

    @Test("No interface is there, whichever way it is asked for, and all of them are where they were")
    func noInterface() async throws {
        try await Self.run { world, people in
            let token = try await world.server.makeToken(for: world.account, user: world.anna)
            let paths = [
                "/v2/accounts/\(world.account.id)/vmboxes", "/v1/user_auth", "/openapi/v1.0/get_token", "/api/v1.1.0/login", "/api/download/x",
                "/intake/recordings",
            ]
            for path in paths {
                for method in ["GET", "POST", "PUT", "OPTIONS"] {
                    let answer = try await people.send(method, path, headers: ["X-Auth-Token": token], body: method == "GET" ? nil : Array("{}".utf8))
                    #expect(answer.status == 404 && answer.text == "not found\n", "\(method) \(path)")
                    #expect(answer["Access-Control-Allow-Origin"] == nil, "\(method) \(path)")
                }
            }
            // What is no request is refused in nobody's words.
            let broken = try await people.exchange("GET /v2/accounts/%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(broken.hasPrefix("HTTP/1.1 400 ") && broken.hasSuffix("the path is not percent-encoded UTF-8\n"), "\(broken)")
            let listed = try await world.server.send("GET", paths[0], headers: ["X-Auth-Token": token])
            #expect(listed.status == 200 && listed.json["data"]?.array?.count == 2)
        }
    }

    @Test("Health, metrics and descriptions are at both")
    func operations() async throws {
        try await Self.run { world, people in
            for path in ["/livez", "/readyz", "/metrics", "/openapi/", "/openapi/kazoo.json"] {
                for server in [people, world.server] {
                    let answer = try await server.send("GET", path)
                    #expect(answer.status == 200, "\(path)")
                }
            }
        }
    }

    @Test("A mailed link is good at both, so it is wherever http.public_url leads")
    func links() async throws {
        try await Self.run { world, people in
            let message = try await world.leave(), now = world.server.clock.now
            let link = MessageLink(messageID: message.id, issued: now, expires: now.advanced(by: 60)).text(world.server.service.secrets)
            for server in [people, world.server] {
                let answer = try await server.send("GET", "/download/" + link)
                #expect(answer.status == 200 && answer["Content-Type"] == "audio/mpeg")
                #expect(try await server.send("GET", "/download/x").status == 404)
            }
        }
    }

    @Test("The reference tries nothing there, and says where the interfaces are not", arguments: ["en", "es", "fr", "it", "ru"])
    func reference(_ language: String) async throws {
        try await Self.run { world, people in
            let page = try await Browser(people, language: language).get("/reference/kazoo")
            let words = try #require(Pages.inLanguage([language])?.texts["try_elsewhere"])
            #expect(page.status == 200 && page.shown.contains(words))
            #expect(!page.text.contains("try.js") && !page.text.contains("data-server") && !page.text.contains("try-hint"))
            #expect(page.shown.contains { $0.hasPrefix("curl -X PUT \"$SERVER/v2/") })
        }
    }

    @Test("Greetings of their own size go through, and other forms have the limit that they had")
    func limits() async throws {
        try await Self.run { world, people in
            let browser = Browser(people)
            try await browser.logIn()
            let form = try #require(try await browser.get("/boxes/\(world.box.id)/settings").field("form"))
            let sound = WAV.tones([440], milliseconds: 8000)
            let head =
                "--b\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n\(form)\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"g.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
            let body = Array(head.utf8) + sound + Array("\r\n--b--\r\n".utf8)
            #expect(sound.count > 65_536)
            let sent = try await browser.post("/boxes/\(world.box.id)/greeting", body: body, type: "multipart/form-data; boundary=b")
            #expect(sent.status == 303, "\(sent.text)")
            let long = try await browser.post("/login", [("form", String(repeating: "x", count: 70_000))])
            #expect(long.status == 413)
        }
    }
}

extension Answer {
    fileprivate var setCookieCount: Int { headers.count { $0.name.lowercased() == "set-cookie" } }
}
