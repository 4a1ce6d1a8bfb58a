import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Setting a new server up in a browser", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install browser"))
struct SetupJourneyTests {
    @Test("From the address that was printed to the first mailbox, with script and without", arguments: [true, false])
    func setUp(_ script: Bool) async throws {
        try await TestServer.run { server in
            let code = try #require(server.setup.text)
            try await Chromium.run(script: script) { browser in
                try await browser.look(width: script ? 1280 : 320, dark: !script)
                try await browser.open(server.baseURL + "/")
                try await browser.click(".notice a")
                try await browser.type("AAAA-BBBB-CCCC-DDDD", into: "#code")
                try await browser.click("button.primary")
                #expect(try await browser.text("[role=alert]") == "That is not the code, or it was used already.")
                try await browser.open(server.baseURL + "/setup?code=" + code)
                try await browser.screenshot("setup-\(script)")
                for (field, text) in [("account", "Acme"), ("user", "chief"), ("password", "a long horse"), ("again", "a wrong horse")] {
                    try await browser.type(text, into: "#" + field)
                }
                try await browser.click("button.primary")
                try await browser.until("what is wrong") {
                    try await browser.texts("[role=alert]") == ["The two passwords differ, or there is none. Nothing was changed."]
                }
                for field in ["password", "again"] { try await browser.type("a long horse", into: "#" + field) }
                try await browser.click("button.primary")
                try await browser.until("the mailbox") { try await browser.texts(".empty") == ["There are no new messages."] }
                #expect(try await browser.text("h1") == "chief · 100")
                #expect(try await browser.complaints().filter { !$0.contains("status of 40") } == [])
            }
        }
    }
}
