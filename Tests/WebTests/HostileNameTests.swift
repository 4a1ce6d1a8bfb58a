import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Names from outside are text")
struct HostileNameTests {
    static let names = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "\"\u{301} onfocus=alert(1) autofocus x=\"\u{301}",
        "<\u{301}script>", "&lt;b&gt;&amp;", "{{form}}{{>bar}}{{{form}}}", "\u{202E}gnp.exe\u{2066}", "📞𝕬𐍈", String(repeating: "ß", count: 200), "]]>--><!--",
    ]

    @Test(arguments: names)
    func everywhere(_ name: String) async throws {
        try await WebWorld.run { world in
            let service = world.server.service
            _ = try await service.mailboxes.change(world.box.id, .patch(["name": .string(String(name.prefix(128)))]), in: world.account)
            _ = try await service.users.change(world.anna.id, .patch(["first_name": .string(String(name.prefix(128)))]), in: world.account)
            let message = try await world.leave(name, name: name)
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            #expect(page.status == 200)
            // There as text, once between tags for the caller.
            #expect(page.shown.contains(name), "\(page.text)")
            Self.judge(page)
            // No more tags than with a name of letters, and the same attributes.
            let box = try await service.mailboxes.change(world.box.id, .patch(["name": "plain"]), in: world.account)
            _ = try await service.users.change(world.anna.id, .patch(["first_name": "plain"]), in: world.account)
            _ = try await service.messages.remove(MessagePlace(mailboxID: box.id, monthID: message.monthID), account: world.account)
            _ = try await world.leave("plain", name: "plain")
            let plain = try await world.browser.get("/")
            #expect(Self.skeleton(page) == Self.skeleton(plain))
            let other = Browser(world.server)
            let refused = try await other.logIn(account: name, user: name, password: "wrong")
            Self.judge(refused)
            #expect(refused.status == 403)
        }
    }

    @Test("On every page", arguments: names)
    func allPages(_ name: String) async throws {
        let hostile = try await Self.pages(name), plain = try await Self.pages("plain")
        for (path, page) in hostile {
            Self.judge(page)
            let same = try #require(plain[path])
            #expect(page.status == 200 && Self.skeleton(page) == Self.skeleton(same), "\(path)")
        }
    }

    @Test("A mark that turns the direction of writing turns nothing but the name that it is in")
    func direction() async throws {
        let mark = "\u{202E}", isolating: Set = ["bdi", "title", "option", "textarea", "code"]
        for (path, page) in try await Self.pages(mark + "gnp.exe") {
            for piece in page.text.matches(of: /<([a-z0-9]+)(?:[^>"]|"[^"]*")*>([^<]*)/)
            where piece.output.2.unicodeScalars.contains(where: { String($0) == mark }) {
                #expect(isolating.contains(String(piece.output.1)), "\(path): \(piece.output.0)")
            }
        }
    }

    /// Every page of an administrator's with something on it of that name, by what it is.
    private static func pages(_ name: String) async throws -> [String: Answer] {
        let collected = Collected()
        try await ConsoleTests.run(ofServer: true) { world, browser in
            func cut(_ length: Int) -> String { String(String.UnicodeScalarView(name.unicodeScalars.prefix(length))) }
            let service = world.server.service, account = try #require(try await service.accounts.list(named: "Operators").first)
            let chief = try #require(try await service.users.find(named: "chief", of: account))
            _ = try await service.users.change(chief.id, .patch(["first_name": .string(cut(128)), "last_name": .string(cut(128))]), in: account)
            // Lists are in order of name.
            let box = try await world.server.makeMailbox("3000", in: account, ["name": .string("1" + cut(120)), "owner_id": .string(chief.id)])
            let other = try await world.server.makeMailbox("3001", in: account, ["name": .string("2" + cut(120))])
            // Other interfaces take numbers that nobody dials.
            let number = try await world.server.makeMailbox("3002", in: account, ["mailbox": .string("4" + cut(28)), "owner_id": .string(chief.id)])
            let group = try await world.server.makeMailbox("6300", in: account, ["name": .string("3" + cut(120))])
            try await service.groups.set(MailboxGroup(mode: .share, members: [box.id, number.id]), of: group.id, in: account)
            let message = try await world.server.leave(MessageDraft(callerName: name, callerNumber: name), in: other, of: account)
            _ = try await service.messages.copy(
                [message.monthID], of: other.id, to: [box.id], account: account, note: ForwardingNote(author: name, text: cut(500)))
            let audio = try await service.messages.receivingAudio(for: account.id) { intake in
                try await intake.write(.init(bytes: WAV.tones([440], milliseconds: 300)))
                return try await intake.finish(contentType: "audio/wav", fileName: "call.wav", policy: .playableOnly)
            }
            _ = try await service.recordings.add(
                RecordingDraft(callerNumber: cut(60), callerName: cut(60), calleeNumber: cut(60), started: world.server.clock.now), audio: audio, in: account)
            _ = try await service.access.issueKey(CredentialDraft(.intake, name: name), in: account)
            _ = try await service.webhooks.create(
                ["name": .string(cut(128)), "uri": "http://crm.example/hook", "hook": .string(cut(128))], id: nil, in: account)
            let delivery = Delivery(
                channel: name, target: name, accountID: account.id, eventSerial: 1, payload: [:], state: .dead, attempts: 7, due: world.server.clock.now,
                failure: name, created: world.server.clock.now)
            try await service.store.write { try $0.insert(delivery) }
            let paths =
                [("inbox", "/boxes/\(box.id)/new"), ("shared", "/boxes/\(group.id)/new"), ("settings", "/boxes/\(box.id)/settings")]
                + ["/", "/sessions", "/recordings"].map { ($0, $0) } + ConsolePage.allCases.map { ("/console/\($0.rawValue)", "/console/\($0.rawValue)") }
            for (what, path) in paths { await collected.add(what, try await browser.get(path)) }
            let form = try #require(try await browser.get("/").field("form"))
            await collected.add(
                "search", try await browser.get("/boxes/\(box.id)/new?q=" + (name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")))
            let copy = try #require(try await service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(box.id)), limit: 1)).messages.first)
            await collected.add(
                "send", try await browser.post("/boxes/\(box.id)/messages", [("form", form), ("from", "new"), ("do", "send \(copy.monthID)")]))
        }
        return await collected.pages
    }

    private actor Collected {
        private(set) var pages: [String: Answer] = [:]

        func add(_ what: String, _ page: Answer) { pages[what] = page }
    }

    @Test("A download's name has no line end, quote or folder of a caller's", arguments: names + ["a\r\nSet-Cookie: x=y", "../../etc/passwd"])
    func download(_ name: String) async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(name, name: name)
            try await world.browser.logIn()
            let answer = try await world.browser.get("\(world.messagesPath)/\(message.monthID)/file/stored")
            let disposition = try #require(answer["Content-Disposition"])
            #expect(answer.status == 200 && answer["Set-Cookie"] == nil)
            #expect(disposition.wholeMatch(of: /attachment; filename="[^"\/\\\r\n]*"(; filename\*=UTF-8''[A-Za-z0-9._~%-]*)?/) != nil, "\(disposition)")
        }
    }

    private static func judge(_ answer: Answer) {
        #expect(!answer.text.contains("<script>") && !answer.text.contains("<img") && !answer.text.contains("<b>") && !answer.text.contains("<!--"))
    }

    /// Tags with the names of their attributes, and no values.
    private static func skeleton(_ answer: Answer) -> [String] {
        // Of scalars: a quote with an accent upon it still ends an attribute.
        var tags: [String] = [], tag: String.UnicodeScalarView?, isQuoted = false
        for scalar in answer.text.unicodeScalars {
            if tag == nil {
                if scalar == "<" { tag = String.UnicodeScalarView() }
            } else if isQuoted {
                if scalar == "\"" { isQuoted = false }
            } else if scalar == "\"" {
                isQuoted = true
            } else if scalar == ">" {
                tags.append(String(tag ?? String.UnicodeScalarView()))
                tag = nil
            } else {
                tag?.append(scalar)
            }
        }
        return tags
    }
}
