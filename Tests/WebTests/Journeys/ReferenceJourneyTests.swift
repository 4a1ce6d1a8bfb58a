import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Requests that are tried in the reference", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct ReferenceJourneyTests {
    @Test("A token and what it is about are filled in, the line for a shell says the same, and the server's answer is shown", arguments: ["/", "/voicemail/"])
    func tryIt(_ path: String) async throws {
        try await WebWorld.run {
            $0.web.path = path
        } _: { world in
            let token = try await world.server.makeToken(for: world.account)
            try await Chromium.run { browser in
                try await browser.open(world.server.baseURL + path + "reference/kazoo")
                let article = "article[data-method='GET'][data-path='/v2/accounts/{account_id}/vmboxes']"
                try await browser.click(article + " > button")
                try await browser.type("\(world.account.id)", into: article + " input[required]")
                try await browser.type(token, into: article + " .secret")
                let line = try await browser.text(article + " > pre")
                #expect(
                    line == "curl '\(world.server.baseURL)/v2/accounts/\(world.account.id)/vmboxes' -H 'X-Auth-Token: \(token)'", "\(line)")
                try await browser.click(article + " .try button")
                try await browser.until("the answer") { try await browser.text(article + " .try pre").hasPrefix("200 application/json") }
                #expect(try await browser.text(article + " .try pre").contains("Box 3000"))
                // The next one knows the token; without one the refusal is shown like any answer.
                let other = "article[data-method='PUT'][data-path='/v2/accounts/{account_id}/vmboxes']"
                try await browser.click(other + " > button")
                #expect(try await browser.run("return document.querySelector(\"\(other) textarea\").value") == "{}")
                try await browser.type("\(world.account.id)", into: other + " input[required]")
                try await browser.click(other + " .try button")
                try await browser.until("the refusal") { try await browser.text(other + " .try pre").hasPrefix("400 ") }
                try await browser.screenshot("reference-try")
                let faults = try await browser.faults()
                #expect(faults == [])
            }
        }
    }
}
