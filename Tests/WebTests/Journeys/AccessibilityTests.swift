import Server
import TestKit
import Testing
import Voicemail
@testable import Web

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
        try await WebWorld.run {
            $0.web.takesPINs = true
        } _: { world in
            let service = world.server.service
            _ = try await service.users.change(world.anna.id, .patch(["priv_level": "admin", "language": "ru"]), in: world.account)
            _ = try await world.leave("+35315550101", name: "Clara Dunn")
            _ = try await world.leave(name: String(repeating: "Wolfeschlegelsteinhausenbergerdorff", count: 6), audio: nil)
            try await Chromium.run { browser in
                try await browser.look(width: width, dark: dark)
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
                ] { try await judge(path, name) }
                try await browser.open(world.server.baseURL + "/login")
                try await browser.type("Acme", into: "#account")
                try await browser.type("anna", into: "#user")
                try await browser.type(TestWorld.password, into: "#password")
                try await browser.click("button.primary")
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
            }
        }
    }
}
