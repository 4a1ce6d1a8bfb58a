import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Looking for messages")
struct SearchTests {
    @Test("By name, by number and by day on the mailbox's clocks; filing keeps what was looked for")
    func search() async throws {
        try await WebWorld.run { world in
            _ = try await world.server.service.mailboxes.change(world.box.id, .patch(["timezone": "America/New_York"]), in: world.account)
            // It is 16:53:20 there, on the 11th of May.
            let zoe = try await world.leave("+35315550101", name: "Zoé Dunn", secondsAgo: 60)
            _ = try await world.leave("2001", name: "Bob", secondsAgo: 16 * 3600)
            _ = try await world.leave("2002", name: "Ann", secondsAgo: 17 * 3600)
            try await world.browser.logIn()
            func found(_ parameters: String) async throws -> [String] {
                let page = try await world.browser.get(world.path() + "?" + parameters)
                #expect(page.status == 200)
                return page.text.matches(of: /<p class="caller"><bdi>(.*?)<\/bdi>/).map { String($0.output.1) }
            }
            #expect(try await found("q=zoe") == ["Zoé Dunn"])
            #expect(try await found("q=%2B353+1+555") == ["Zoé Dunn"])
            #expect(try await found("q=200") == ["Bob", "Ann"])
            #expect(try await found("q=%20") == ["Zoé Dunn", "Bob", "Ann"])
            #expect(try await found("since=2016-05-11") == ["Zoé Dunn", "Bob"])
            #expect(try await found("until=2016-05-10") == ["Ann"])
            #expect(try await found("since=2016-05-11&until=2016-05-11&q=bob") == ["Bob"])
            #expect(try await found("since=2016-02-31&until=x") == ["Zoé Dunn", "Bob", "Ann"])
            let none = try await world.browser.get(world.path() + "?q=%3Cscript%3E")
            #expect(none.shown.contains("No message fits.") && none.text.contains("name=\"q\" value=\"&lt;script&gt;\""))
            let done = try await world.press("saved \(zoe.monthID)", [("q", "zoé & co"), ("since", "2016-05-11"), ("until", "")])
            #expect(done["Location"]?.contains("?q=zo%C3%A9%20%26%20co&since=2016-05-11&told=saved") == true, "\(done["Location"] ?? "")")
        }
    }

    @Test("A page looks at so many messages at most, and the next one looks further")
    func bounded() async throws {
        try await WebWorld.run { world in
            let box = world.box, now = world.server.clock.now
            try await world.server.service.store.write { writer in
                for index in 0...WebDialect.looks {
                    _ = try writer.insert(
                        Message(
                            accountID: box.accountID, mailboxID: box.id, timestamp: now.advanced(by: -index), folder: .new, from: "", to: "", callerName: "",
                            callerNumber: String(5000 + index), callID: "", lengthMilliseconds: 1, modified: now))
                }
            }
            try await world.browser.logIn()
            let page = try await world.browser.get(world.path() + "?q=\(5000 + WebDialect.looks)")
            #expect(page.shown.contains("No message fits.") && page.shown.contains("Look further back"))
            let next = try #require(page.text.firstMatch(of: /<a href="\.\.\/\.\.\/([^"]*start=[^"]*)" rel="next"/)).output.1
            let last = try await world.browser.get("/" + Answer.unescaped(String(next)))
            #expect(last.text.contains("tel:\(5000 + WebDialect.looks)") && !last.shown.contains("Look further back"))
        }
    }
}
