import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("What every answer tells browsers")
struct HeaderTests {
    @Test("No script but the page's own modules, no frame, nothing from elsewhere, nothing kept")
    func security() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            let login = try await world.browser.get("/login")
            try await world.browser.logIn()
            let answers = [
                login, try await world.browser.get("/"), try await world.browser.get(world.path("saved")), try await world.browser.get("/boxes/x/new"),
                try await world.browser.get("\(world.messagesPath)/\(message.monthID)/play"), try await world.press("saved \(message.monthID)"),
                try await world.browser.get("/boxes/%ff/new"), try await world.browser.get("/logout"), try await Browser(world.server).get("/"),
            ]
            for answer in answers {
                let policy = answer["Content-Security-Policy"] ?? ""
                #expect(
                    policy.hasPrefix("default-src 'none'; ") && policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
                    "\(answer.status)")
                #expect(!policy.contains("unsafe") && policy.contains("script-src 'self'; connect-src 'self'; ") && !policy.contains("http"))
                #expect(answer["X-Content-Type-Options"] == "nosniff" && answer["X-Frame-Options"] == "DENY" && answer["Referrer-Policy"] == "same-origin")
                #expect(answer["Cache-Control"] == "no-store", "\(answer.status)")
                #expect(answer["Access-Control-Allow-Origin"] == nil)
                #expect(answer.text.matches(of: /<script[^>]*>/).allSatisfy { $0.output.wholeMatch(of: /<script type="module" src="[.\/]+inbox\.js">/) != nil })
                #expect(!answer.text.contains(" style=") && !answer.text.contains("http://") && !answer.text.contains("https://"))
                #expect(answer.text.matches(of: /\son[a-z]+=/).isEmpty)
            }
            #expect(answers.map(\.status) == [200, 200, 200, 404, 200, 303, 400, 405, 303])
        }
    }

    @Test("The style sheet is kept by browsers under its version, and is what the page names")
    func style() async throws {
        try await WebWorld.run { world in
            let page = try await world.browser.get("/login")
            let path = try #require(page.text.firstMatch(of: /<link rel="stylesheet" href="\.(\/style\.css\?[0-9a-f]+)">/)).output.1
            let sheet = try await world.browser.get(String(path))
            #expect(sheet.status == 200 && sheet["Content-Type"] == "text/css; charset=utf-8" && sheet["Cache-Control"]?.contains("immutable") == true)
            #expect(sheet.text.contains("prefers-color-scheme: dark") && sheet.text.contains("@media print") && !sheet.text.contains("url("))
            let other = try await world.browser.get("/style.css?old")
            #expect(other.bytes == sheet.bytes && other["Cache-Control"] == "public, max-age=300")
            let icon = try await world.browser.get("/icon.svg")
            #expect(icon.status == 200 && icon["Content-Type"] == "image/svg+xml")
            #expect(try await world.browser.get("/style.css", method: "DELETE").status == 405)
        }
    }

    @Test("Modules are served as such, import only each other, and reach nothing else")
    func modules() async throws {
        try await WebWorld.run { world in
            for (name, script) in Documents.scripts {
                let answer = try await world.browser.get("/" + name)
                #expect(answer.status == 200 && answer["Content-Type"] == "text/javascript; charset=utf-8" && answer.bytes.count == script.bytes.readableBytes)
                for imported in answer.text.matches(of: /from "\.\/([^"]*)"/) { #expect(Documents.scripts[String(imported.output.1)] != nil) }
                for word in ["eval(", "innerHTML", "document.write", "http", "Function("] { #expect(!answer.text.contains(word), "\(name) \(word)") }
            }
        }
    }

    @Test("A whole first page is small")
    func size() async throws {
        try await WebWorld.run { world in
            for index in 0..<WebDialect.pageSize { _ = try await world.leave(String(5000 + index), name: "Somebody with a name \(index)", secondsAgo: index) }
            try await world.browser.logIn()
            let page = try await world.browser.get("/"), sheet = try await world.browser.get("/style.css"), icon = try await world.browser.get("/icon.svg")
            // Its module, and those that it imports.
            var scripts = 0, wanted = ["inbox.js"], seen: Set<String> = []
            while let name = wanted.popLast() {
                guard seen.insert(name).inserted else { continue }
                let script = try await world.browser.get("/" + name)
                scripts += script.bytes.count
                wanted += script.text.matches(of: /from "\.\/([^"]*)"/).map { String($0.output.1) }
            }
            #expect(seen.count == 5 && page.text.matches(of: /<script/).count == 1)
            #expect(scripts + page.bytes.count + sheet.bytes.count + icon.bytes.count < 100_000)
        }
    }
}

@Suite("Where the page is")
struct PlaceTests {
    @Test("Below a path of its own, all links lead below it, and the interfaces keep theirs")
    func ownPath() async throws {
        try await WebWorld.run {
            $0.web.path = "/my/voicemail/"
        } _: { world in
            let message = try await world.leave()
            let bare = try await world.browser.get("/my/voicemail")
            #expect(bare.status == 303 && bare["Location"] == "voicemail/")
            let start = try await world.browser.get("/my/voicemail/")
            #expect(start["Location"] == "./login")
            let done = try await world.browser.logIn(at: "/my/voicemail/")
            #expect(done.status == 303 && done["Location"] == "./")
            let page = try await world.browser.get("/my/voicemail/")
            #expect(page.shown.contains("Bob"))
            let links = page.text.matches(of: /(?:href|src|action)="([^"]*)"/).map { String($0.output.1) }
            #expect(links.count > 8 && links.allSatisfy { $0.hasPrefix("./") || $0.hasPrefix("#") || $0.hasPrefix("tel:") }, "\(links)")
            let inner = try await world.browser.get("/my/voicemail/boxes/\(world.box.id)/new")
            let deep = inner.text.matches(of: /(?:href|src|action)="([^"]*)"/).map { String($0.output.1) }
            #expect(
                inner.status == 200 && deep.allSatisfy { $0.hasPrefix("../../") || $0.hasPrefix("messages/") || $0.hasPrefix("#") || $0.hasPrefix("tel:") },
                "\(deep)")
            #expect(try await world.browser.get("/my/voicemail/boxes/\(world.box.id)/messages/\(message.monthID)/play").status == 200)
            #expect(try await world.browser.get("/my/voicemail/nothing").status == 404)
            let outside = try await world.browser.get("/login")
            #expect(outside.status == 404 && outside.text == "not found\n")
        }
    }

    @Test("Switched off, it is not there")
    func off() async throws {
        try await WebWorld.run {
            $0.web.isOn = false
        } _: { world in
            for path in ["/", "/login", "/style.css", world.path()] {
                let answer = try await world.browser.get(path)
                #expect(answer.status == 404)
            }
        }
    }

    @Test("At the root it claims its own paths alone")
    func root() async throws {
        try await WebWorld.run { world in
            #expect(try await world.browser.get("/favicon.ico").text == "not found\n")
            for path in ["/livez", "/metrics", "/openapi/", "/v2/accounts", "/openapi/v1.0/get_token", "/api/v1.1.0/login", "/intake/recordings/x"] {
                let answer = try await world.browser.get(path)
                #expect(answer["Content-Security-Policy"] == nil && answer.text != "not found\n", "\(path)")
            }
        }
    }

    @Test(
        "Paths that can be set, and none that others have",
        arguments: [
            ("/", "/"), ("/voicemail", "/voicemail/"), ("/a/b/", "/a/b/"), ("/a-b_c.d~e", "/a-b_c.d~e/"), ("voicemail", nil), ("", nil), ("//", nil),
            ("/a//b", nil),
            ("/../x", nil), ("/v2", nil), ("/api/x", nil), ("/openapi", nil), ("/intake", nil), ("/livez", nil), ("/a b", nil), ("/ä", nil), ("/v2x", "/v2x/"),
        ] as [(String, String?)])
    func settings(_ text: String, _ path: String?) {
        #expect(WebSettings.path(text) == path)
    }
}
