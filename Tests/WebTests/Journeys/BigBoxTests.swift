import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("A mailbox of a hundred thousand", .serialized, .enabled(if: Chromium.isInstalled, "scripts/install tests"))
struct BigBoxTests {
    private static let count = 100_000

    private static func fill(_ world: WebWorld) async throws {
        let now = world.server.clock.now, account = world.account, box = world.box
        for start in stride(from: 0, to: count, by: 5000) {
            try await world.server.service.store.write { writer in
                for index in start..<start + 5000 {
                    _ = try writer.insert(
                        Message(
                            accountID: account.id, mailboxID: box.id, timestamp: now.advanced(by: index - count), folder: .new, from: "2001@acme.example",
                            to: "3000@acme.example", callerName: index == 0 ? "The very first" : "Caller \(index)", callerNumber: "2001",
                            callID: "call", lengthMilliseconds: 1000, modified: now))
                }
            }
        }
    }

    @Test("Its pages are as small as any, the oldest is found by its day, and what comes is there at once")
    func pages() async throws {
        try await WebWorld.run { world in
            try await Self.fill(world)
            try await Chromium.run { browser in
                func callers() async throws -> [String] { try await browser.texts(".caller") }
                try await browser.open(world.server.baseURL + "/")
                for (field, text) in [("account", "Acme"), ("user", "anna"), ("password", TestWorld.password)] {
                    try await browser.type(text, into: "#" + field)
                }
                try await browser.click("button.primary")
                try await browser.until("the list") { try await browser.all(".caller").count == WebDialect.pageSize }
                #expect(try await browser.title() == "(100000) Box 3000 · 3000 · New · Aftertone")
                #expect(try await callers().first == "Caller 99999")
                try await browser.click(".pages a[rel=next]")
                try await browser.until("the next page") { try await callers().first == "Caller 99949" }
                let first = world.server.clock.now.advanced(by: -Self.count)
                try await browser.open(world.server.baseURL + world.path() + "?until=" + String(first.iso8601.prefix(10)))
                try await browser.until("the oldest") { try await browser.all(".caller").count > 0 }
                _ = try await world.leave(name: "Dora New", secondsAgo: 0)
                try await browser.open(world.server.baseURL + "/")
                try await browser.until("the new one") { try await callers().first == "Dora New" }
                // What is looked for is looked for in steps.
                try await browser.open(world.server.baseURL + world.path() + "?q=The+very+first")
                try await browser.until("the way on") { try await browser.texts(".pages a[rel=next]") == ["Look further back"] }
            }
        }
    }
}
