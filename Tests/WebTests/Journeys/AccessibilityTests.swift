import Delivery
import Logging
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

/// Takes lines of a log and drops them.
private struct Nowhere: TextOutputStream, Sendable {
    func write(_: String) {}
}

/// Every page, narrow and wide, light and dark, in the language with the longest words.
@Suite("Pages that everybody can use", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install browser"))
struct AccessibilityTests {
    @Test("axe-core is one of this decade's", .enabled(if: Axe.script != nil, "scripts/install tests"))
    func version() throws {
        let version = try #require(Axe.script?.firstMatch(of: /axe v([0-9]+)\.([0-9]+)/)).output
        #expect((Int(version.1) ?? 0, Int(version.2) ?? 0) >= (4, 10))
    }

    @Test("Landmarks, names, labels, contrast, size, width", arguments: [(320, false), (320, true), (1280, false), (1280, true)])
    func pages(_ width: Int, _ dark: Bool) async throws {
        let tail = LogTail()
        Logger(label: "aftertone") { _ in ServerLog(LogLevels(LogSettings()), to: Nowhere(), tail: tail) }.error("something is wrong")
        let sender = MailAddress("voicemail@example.com")
        try await WebWorld.run(synthesizer: Speaker(), tail: tail) {
            $0.web.takesPINs = true
            $0.http.publicURL = "https://voicemail.example.com"
            $0.mail = sender.map { MailServer(host: "127.0.0.1", port: 1, security: .none, sender: $0, attemptSeconds: 5) }
        } _: { world in
            let service = world.server.service
            _ = try await service.users.change(world.anna.id, .patch(["priv_level": "admin", "language": "ru"]), in: world.account)
            _ = try await world.leave("+35315550101", name: "Clara Dunn")
            _ = try await world.leave(name: String(repeating: "Wolfeschlegelsteinhausenbergerdorff", count: 6), audio: nil)
            _ = try await service.users.change(world.anna.id, .patch(["email": "anna@acme.example"]), in: world.account)
            let reset = try await service.access.openPasswordReset(userID: world.anna.id, accountID: world.account.id, requested: world.server.clock.now)
            let link = try #require(reset).id
            let operators = try await world.server.makeAccount("Operators", actsOnAllAccounts: true)
            let chief = try await world.server.makeUser("chief", password: "chief horse", in: operators)
            _ = try await service.users.change(chief.id, .patch(["priv_level": "admin", "language": "ru"]), in: operators)
            try await Chromium.run { browser in
                try await browser.look(width: width, dark: dark)
                func logIn(_ account: String, _ user: String, _ password: String) async throws {
                    try await browser.open(world.server.baseURL + "/login")
                    try await browser.type(account, into: "#account")
                    try await browser.type(user, into: "#user")
                    try await browser.type(password, into: "#password")
                    try await browser.click("button.primary")
                }
                func judge(_ path: String, _ name: String) async throws {
                    try await browser.open(world.server.baseURL + path)
                    let faults = try await browser.faults()
                    #expect(faults == [], "\(path) at \(width), \(dark ? "dark" : "light")")
                    let findings = try await browser.findings()
                    #expect(findings == [], "\(path) at \(width), \(dark ? "dark" : "light")")
                    try await browser.screenshot("\(name)-\(width)\(dark ? "-dark" : "")")
                }
                for (path, name) in [
                    ("/login", "login"), ("/login?with=pin", "login-pin"), ("/reference", "reference"), ("/reference/intake", "reference-intake"),
                    ("/forgotten", "forgotten"), ("/reset?recovery=x", "reset-over"), ("/reset?recovery=" + link, "reset"),
                ] { try await judge(path, name) }
                try await logIn("Acme", "anna", TestWorld.password)
                try await browser.until("the list") { try await browser.texts(".caller").count == 2 }
                for (path, name) in [
                    ("/", "inbox"), (world.path("trash"), "trash"), ("/boxes/\(world.box.id)/settings", "settings"), ("/sessions", "sessions"),
                    ("/boxes/x/new", "none"),
                    ("/recordings", "recordings"),
                ] + ConsolePage.allCases.filter({ !$0.isOfServer }).map({ ("/console/\($0.rawValue)", "console-\($0.rawValue)") }) {
                    try await judge(path, name)
                }
                try await browser.open(world.server.baseURL + "/")
                try await browser.click(".message:nth-child(1) button[value^='send ']")
                try await browser.until("the way on") { try await browser.all("#to").count == 1 }
                let faults = try await browser.faults()
                let findings = try await browser.findings()
                #expect(faults == [] && findings == [], "forwarding at \(width)")
                try await browser.screenshot("send-\(width)\(dark ? "-dark" : "")")
                try await browser.click("form[action$='logout'] button")
                try await browser.until("the login") { try await browser.all("#password").count == 1 }
                try await logIn("Operators", "chief", "chief horse")
                try await browser.until("his page") { try await browser.all("form[action$='logout']").count == 1 }
                for page in [ConsolePage.overview, .logins, .accounts] { try await judge("/console/\(page.rawValue)", "server-\(page.rawValue)") }
            }
        }
    }

    @Test("The page where a server is set up", arguments: [(320, true), (1280, false)])
    func setup(_ width: Int, _ dark: Bool) async throws {
        try await TestServer.run { server in
            let code = try #require(server.setup.text)
            try await Chromium.run { browser in
                try await browser.look(width: width, dark: dark)
                for path in ["/setup", "/setup?code=" + code, "/login"] {
                    try await browser.open(server.baseURL + path)
                    let faults = try await browser.faults()
                    let findings = try await browser.findings()
                    #expect(faults == [] && findings == [], "\(path) at \(width)")
                }
            }
        }
    }
}
