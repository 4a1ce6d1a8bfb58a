import TestKit
import Testing
@testable import Web

/// Going back, in a real browser, from where nobody is logged in any more.
@Suite("Going back", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct BackButtonTests {
    @Test(
        "After a log-out nothing of the session is shown, though browsers keep pages to go back to", arguments: ["form[action$=logout] button", "[value=all]"])
    func afterLogOut(_ way: String) async throws {
        try await WebWorld.run { world in
            _ = try await world.leave("+35315550101", name: "Clara Dunn")
            try await Chromium.run { browser in
                // Straight from the login, as people come.
                try await browser.open(world.server.baseURL + "/")
                for (field, text) in [("account", "Acme"), ("user", TestWorld.username), ("password", TestWorld.password)] {
                    try await browser.type(text, into: "#" + field)
                }
                try await browser.click("button.primary")
                try await browser.until("the list") { try await browser.texts(".caller") == ["Clara Dunn"] }
                try await browser.click("a[href$='/sessions']")
                try await browser.until("the logins") { try await browser.all("[value=all]").count == 1 }
                try await browser.click(way)
                try await browser.until("the login") { try await browser.address().contains("login?out=") }
                try await browser.run("history.back()")
                try await browser.until("the login") { try await browser.address().hasSuffix("/login?to=sessions") }
                #expect(try await browser.all(".who").isEmpty)
            }
        }
    }
}
