import Foundation
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
