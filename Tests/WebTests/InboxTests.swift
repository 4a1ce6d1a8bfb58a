import Foundation
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("The list of messages")
struct InboxTests {
    @Test("The first page is the first mailbox's new messages, newest first, with who called, when and how long")
    func firstPage() async throws {
        try await WebWorld.run { world in
            _ = try await world.leave("+35315550101", name: "Clara Dunn", secondsAgo: 3600)
            _ = try await world.leave("2001", name: "Bob", secondsAgo: 60)
            _ = try await world.leave("anonymous", name: "anonymous", audio: nil, secondsAgo: 30)
            _ = try await world.leave("2002", name: "Old", folder: .saved)
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8")
            let callers = page.text.matches(of: /<p class="caller">(.*?)<\/p>/).map { String($0.output.1) }
            #expect(callers == ["Unknown caller", "<bdi>Bob</bdi>", "<bdi>Clara Dunn</bdi>"])
            #expect(page.text.contains("<a href=\"tel:+35315550101\">"))
            #expect(page.text.contains("<title>(3) Box 3000 · 3000 · New · Aftertone</title>"))
            #expect(page.text.contains("<time datetime=\"2016-05-11T20:52:20Z\">May 11, 2016"))
            #expect(page.text.contains("Length: </span>0:01"))
            #expect(page.shown.contains("This message has no sound."))
            #expect(page.text.split(separator: "<audio ").count - 1 == 2)
            let saved = try await world.browser.get(world.path("saved"))
            #expect(saved.shown.contains("Old") && !saved.shown.contains("Bob"))
            let trash = try await world.browser.get(world.path("trash"))
            #expect(trash.shown.contains("The trash is empty."))
        }
    }

    @Test("Somebody without a mailbox is told so")
    func noMailbox() async throws {
        try await WebWorld.run { world in
            _ = try await world.server.makeUser("carl", password: "third horse", in: world.account)
            try await world.browser.logIn(user: "carl", password: "third horse")
            let page = try await world.browser.get("/")
            #expect(page.status == 200 && page.shown.contains("You have no mailbox yet"))
            // The way back would lead here.
            #expect(!page.shown.contains("Back to the messages") && page.shown.contains("carl Test"))
        }
    }

    @Test("An administrator of an account without mailboxes finds himself where the first one is made")
    func firstMailbox() async throws {
        try await WebWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            let request: JSONObject = ["username": "dora", "first_name": "dora", "last_name": "dora", "password": "dora horse", "priv_level": "admin"]
            _ = try await world.server.service.users.create(request, id: nil, in: other)
            try await world.browser.logIn(account: "Other", user: "dora", password: "dora horse")
            let home = try await world.browser.get("/")
            #expect(home.status == 303 && home["Location"] == "./console/mailboxes")
            let page = try await world.browser.get("/console/mailboxes")
            #expect(page.shown.contains("A new mailbox") && page.shown.contains("dora") && !page.shown.contains("dora dora"))
            _ = try await world.server.makeMailbox("100", in: other)
            #expect(try await world.browser.get("/").status == 200)
        }
    }

    @Test("Own mailboxes, those that a group shares with one, and an administrator's: all of the account")
    func whichMailboxes() async throws {
        try await WebWorld.run { world in
            let group = try await world.server.makeMailbox("6300", in: world.account, ["name": "Sales"])
            _ = try await world.server.service.groups.set(MailboxGroup(mode: .share, members: [world.box.id]), of: group.id, in: world.account)
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            #expect(page.shown.contains("Sales") && page.shown.contains("shared") && !page.shown.contains("Box 3001"))
            #expect(try await world.browser.get("/boxes/\(group.id)/new").status == 200)
            #expect(try await world.browser.get("/boxes/\(world.othersBox.id)/new").status == 404)
            _ = try await world.server.service.users.change(world.anna.id, .patch(["priv_level": "admin"]), in: world.account)
            let all = try await world.browser.get("/")
            #expect(all.shown.contains("Box 3001") && all.shown.contains("Box 3000 · 3000"))
            #expect(try await world.browser.get("/boxes/\(world.othersBox.id)/new").status == 200)
        }
    }

    @Test("More mailboxes than a page has are on the next one")
    func manyMailboxes() async throws {
        try await WebWorld.run { world in
            _ = try await world.server.service.users.change(world.anna.id, .patch(["priv_level": "admin"]), in: world.account)
            for number in 0..<WebDialect.boxesOfPage {
                _ = try await world.server.makeMailbox(
                    "4\(CalendarFields.pad(number, 3))", in: world.account, ["name": .string("X & \(CalendarFields.pad(number, 3))")])
            }
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            let next = try #require(page.text.firstMatch(of: /<a href="\.\/(boxes[^"]*box_name=[^"]*)"/)).output.1
            #expect(!page.shown.contains("X & 099"))
            let second = try await world.browser.get("/" + Answer.unescaped(String(next)))
            #expect(second.shown.contains("X & 099") && second.shown.contains("First mailboxes") && !second.shown.contains("X & 001"))
        }
    }

    @Test("Pages go on where the last one ended, whatever comes meanwhile, also within one second")
    func pages() async throws {
        try await WebWorld.run { world in
            let count = WebDialect.pageSize * 2 + 3
            for index in 0..<count { _ = try await world.leave(String(5000 + index), name: nil, audio: nil, secondsAgo: 1000 - index / 40) }
            try await world.browser.logIn()
            var seen: [String] = [], path = world.path(), turns = 0
            while true {
                let page = try await world.browser.get(path)
                seen += page.text.matches(of: /tel:([0-9]+)/).map { String($0.output.1) }
                turns += 1
                // The newest that came in between are on no later page.
                if turns == 1 { _ = try await world.leave("9999", name: nil, audio: nil, secondsAgo: 1) }
                #expect(page.shown.contains("Newest messages") == (turns > 1))
                guard let next = page.text.firstMatch(of: /<a href="\.\.\/\.\.\/([^"]*start=[^"]*)"/) else { break }
                path = "/" + String(next.output.1)
            }
            #expect(turns == 3)
            #expect(seen == (0..<count).reversed().map { String(5000 + $0) })
        }
    }

    @Test("What is no place in the list begins it", arguments: ["x", "1_", "_1", "1_2_3", "99999999999999999999_1", "1463000000_x", "-99999999999999_1"])
    func noPlace(_ start: String) async throws {
        try await WebWorld.run { world in
            _ = try await world.leave()
            try await world.browser.logIn()
            let page = try await world.browser.get(world.path() + "?start=" + start)
            #expect(page.status == 200 && page.shown.contains("Bob"))
        }
    }

    @Test("What retention has ended is on no page")
    func retention() async throws {
        try await WebWorld.run { world in
            _ = try await world.leave(name: "Recent", secondsAgo: 92 * 86_400)
            _ = try await world.leave(name: "Past", secondsAgo: 94 * 86_400)
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            #expect(page.shown.contains("Recent") && !page.shown.contains("Past"))
        }
    }
}
