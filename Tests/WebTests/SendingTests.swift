import Foundation
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Sending messages on, and taking several along")
struct SendingTests {
    private static func callers(_ mailbox: Mailbox, _ world: WebWorld) async throws -> [String] {
        let query = MessageQuery(scope: .mailbox(mailbox.id), folder: .new)
        return try await world.server.service.messages.list(MessageListing(query: query, limit: 50)).messages.map(\.callerName)
    }

    @Test("A forwarded message is in both mailboxes, a moved one in the other; where one was, one comes back to")
    func forwardAndMove() async throws {
        try await WebWorld.run { world in
            let kept = try await world.leave(name: "Kept"), gone = try await world.leave(name: "Gone")
            try await world.browser.logIn()
            let page = try await world.press("send \(kept.monthID)", [("q", "2001")])
            #expect(page.status == 200 && page.shown.contains("Forward or move") && page.shown.contains("Kept") && !page.shown.contains("Gone"))
            #expect(page.field("q") == "2001" && page.text.contains("name=\"message\" value=\"\(kept.monthID)\" checked"))
            // The other mailbox is not hers, so its name is not shown; its number does.
            #expect(!page.text.contains("Box 3001"))
            let copied = try await world.press("copy", [("message", kept.monthID), ("to", " 3001 "), ("q", "2001")])
            #expect(copied.status == 303 && copied["Location"] == "../../boxes/\(world.box.id)/new?q=2001&told=copy")
            let moved = try await world.press("move", [("message", gone.monthID), ("to", "3001")])
            #expect(moved.status == 303 && moved["Location"]?.hasSuffix("?told=move") == true)
            #expect(try await Self.callers(world.box, world) == ["Kept"])
            #expect(try await Set(Self.callers(world.othersBox, world)) == ["Kept", "Gone"])
            #expect(try await world.browser.get(world.path() + "?told=copy").shown.contains("Forwarded."))
            let bert = Browser(world.server)
            try await bert.logIn(user: "bert", password: "other horse")
            #expect(try await bert.get("/").shown.filter { $0 == "Kept" || $0 == "Gone" }.count == 2)
        }
    }

    @Test("A word goes along, is shown as text to who gets the message, and tells him as a call would; one without an end goes nowhere")
    func note() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(name: "Kept")
            try await world.browser.logIn()
            let long = String(repeating: "я", count: ForwardingNote.longest + 1)
            let refused = try await world.press("copy", [("message", message.monthID), ("to", "3001"), ("note", long)])
            #expect(refused.status == 400 && refused.shown.contains("The note is too long. Nothing was changed."))
            #expect(refused.text.contains(long) && refused.text.contains("value=\"3001\""))
            #expect(try await Self.callers(world.othersBox, world) == [])
            let note = "Please call back.\r\n<script>alert(1)</script> 📞"
            #expect(try await world.press("copy", [("message", message.monthID), ("to", "3001"), ("note", note)]).status == 303)
            #expect(try await world.press("copy", [("message", message.monthID), ("to", "3001"), ("note", "")]).status == 303)
            let bert = Browser(world.server)
            try await bert.logIn(user: "bert", password: "other horse")
            let page = try await bert.get("/")
            #expect(page.shown.filter { $0 == "Forwarded by" }.count == 2 && page.shown.contains("Please call back.\n<script>alert(1)</script> 📞"))
            #expect(!page.text.contains("<script>alert"))
            let events = try await world.server.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }
            #expect(events.map(\.isAnnounced) == [true, true, true])
            #expect(!(try await world.browser.get("/")).shown.contains("Forwarded by"))
        }
    }

    @Test("A number that no other mailbox of the account has is told, with what was typed; nothing changes", arguments: ["copy", "move"])
    func wrongNumber(_ deed: String) async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            let elsewhere = try await world.server.makeAccount("Other")
            let foreign = try await world.server.makeMailbox("9999", in: elsewhere)
            try await world.browser.logIn()
            for number in ["3000", "9999", "", "\"><script>", foreign.id, String(repeating: "1", count: 500)] {
                let answer = try await world.press(deed, [("message", message.monthID), ("to", number)])
                #expect(answer.status == 400 && answer.shown.contains("No other mailbox has that number. Nothing was changed."), "\(number)")
                #expect(!answer.text.contains("\"><script>"))
            }
            // Without a field for it, too.
            #expect(try await world.press("\(deed) \(message.monthID)").status == 400)
            #expect(try await Self.callers(world.box, world) == ["Bob"])
            #expect(try await Self.callers(world.othersBox, world) == [])
        }
    }

    @Test("A group whose members' mailboxes are full gets nothing, which is told with what was typed; the message stays", arguments: ["copy", "move"])
    func fullGroup(_ deed: String) async throws {
        try await WebWorld.run { world in
            let full = try await world.server.makeMailbox("3002", in: world.account, ["max_message_count": 1])
            let group = try await world.server.makeMailbox("6300", in: world.account)
            _ = try await world.server.service.groups.set(MailboxGroup(mode: .broadcast, members: [full.id]), of: group.id, in: world.account)
            _ = try await world.leave(in: full)
            let message = try await world.leave(name: "Kept")
            try await world.browser.logIn()
            let answer = try await world.press(deed, [("message", message.monthID), ("to", "6300"), ("note", "For you")])
            #expect(answer.status == 400)
            #expect(answer.shown.contains("No mailbox of that group takes messages now: each is full or switched off. Nothing was changed."))
            #expect(answer.text.contains("value=\"6300\"") && answer.text.contains("For you"))
            #expect(try await Self.callers(world.box, world) == ["Kept"])
            #expect(try await Self.callers(full, world) == ["Bob"])
        }
    }

    @Test("Messages of another's mailbox are not sent, and none is said to be")
    func foreignMessages() async throws {
        try await WebWorld.run { world in
            let foreign = try await world.leave(in: world.othersBox)
            try await world.browser.logIn()
            _ = try await world.leave()
            for deed in ["send", "copy", "move"] {
                let answer = try await world.press("\(deed) \(foreign.monthID)", [("to", "3001")])
                #expect(answer.status == 404, "\(deed)")
            }
            #expect(try await world.press("zip \(foreign.monthID)")["Location"]?.hasSuffix("?told=none") == true)
            let form = try #require(try await world.browser.get("/").field("form"))
            for deed in ["send", "copy", "move", "zip"] {
                let theirs = try await world.browser.post(
                    "/boxes/\(world.othersBox.id)/messages", [("form", form), ("do", "\(deed) \(foreign.monthID)"), ("to", "3000")])
                #expect(theirs.status == 404, "\(deed)")
                #expect(try await world.press(deed, [("message", foreign.monthID), ("to", "3001")], form: "0").status == 403)
                #expect(try await world.press(deed)["Location"]?.hasSuffix("?told=none") == true)
            }
            #expect(try await Self.callers(world.othersBox, world) == ["Bob"])
        }
    }

    @Test("Several come in one ZIP, each as it is stored, under names that say who called and when")
    func archive() async throws {
        try await WebWorld.run { world in
            let first = WAV.tones([440], milliseconds: 300), second = WAV.tones([880], milliseconds: 500)
            let messages = [
                try await world.leave("+35315550101", audio: first, secondsAgo: 120), try await world.leave("../../etc/passwd", audio: second, secondsAgo: 60),
                try await world.leave(audio: nil),
            ]
            try await world.browser.logIn()
            let answer = try await world.press("zip", messages.map { ("message", $0.monthID) })
            #expect(answer.status == 200 && answer["Content-Type"] == "application/zip" && answer["Cache-Control"] == "no-store")
            #expect(answer["Content-Disposition"]?.hasPrefix("attachment; filename=3000_2016-05-11_") == true, "\(answer["Content-Disposition"] ?? "")")
            let text = String(decoding: answer.bytes, as: Unicode.ASCII.self)
            #expect(text.contains("+35315550101_2016-05-11_") && !text.contains("../"))
            for sound in [first, second] { #expect(answer.bytes.firstRange(of: sound) != nil) }
        }
    }
}
