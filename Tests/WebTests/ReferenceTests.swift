import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("The reference for who writes programs")
struct ReferenceTests {
    @Test(
        "Every interface is there, and on its page every operation of its description with a line for curl",
        arguments: ["kazoo", "p-series", "s-series", "intake"])
    func pages(_ name: String) async throws {
        try await WebWorld.run { world in
            let browser = Browser(world.server)
            let index = try await browser.get("/reference")
            #expect(index.status == 200 && index.text.contains("href=\"./reference/\(name)\""))
            let page = try await browser.get("/reference/\(name)"), shown = Set(page.shown)
            let description = try await world.server.send("GET", "/openapi/\(name).json").json
            let title = try #require(description["info"]?["title"]?.string)
            #expect(page.status == 200 && shown.contains(title))
            var count = 0
            for (path, item) in description["paths"]?.object ?? [:] {
                for method in ["get", "put", "post", "patch", "delete"] where item[method] != nil {
                    count += 1
                    #expect(shown.contains(path), "\(path)")
                    if let summary = item[method]?["summary"]?.string { #expect(shown.contains(summary), "\(summary)") }
                    if method != "get" { #expect(shown.contains { $0.hasPrefix("curl -X \(method.uppercased()) \"$SERVER\(path)\"") }, "\(method) \(path)") }
                }
            }
            #expect(count > 0 && page.text.matches(of: /<article/).count == count)
            // From memory it is the same, and in another language its frame is another.
            let again = try await browser.get("/reference/\(name)")
            #expect(again.bytes == page.bytes)
            let french = try await Browser(world.server, language: "fr").get("/reference/\(name)")
            #expect(french["Content-Language"] == "fr" && french.shown.contains("Toutes les interfaces"))
        }
    }

    @Test("There is no page of what is no interface, and nothing is sent to one")
    func refusals() async throws {
        try await WebWorld.run { world in
            for path in ["/reference/x", "/reference/../openapi", "/reference/kazoo/x"] {
                let answer = try await world.browser.get(path)
                #expect(answer.status != 200, "\(path)")
            }
            let posted = try await world.browser.post("/reference", [])
            #expect(posted.status == 405)
        }
    }
}
