import Foundation
import TestKit
import Testing
import Voicemail

@testable import Web

@Suite("Links to messages")
struct MessageLinkTests {
    /// As a browser resolves what a page links to.
    private static func resolve(_ link: String, at page: String) throws -> String {
        let base = try #require(URL(string: "http://x" + page)), url = try #require(URL(string: link, relativeTo: base)?.absoluteURL)
        return url.path + (url.query.map { "?" + $0 } ?? "")
    }

    private static func times(_ page: Answer) -> [String] { page.text.matches(of: #/<a href="([^"]*)"><time /#).map { String($0.output.1) } }

    @Test("Each message's time links to it; the link leads to it wherever it is filed", arguments: ["/", "folder", "search"])
    func lead(_ place: String) async throws {
        try await WebWorld.run { world in
            var messages: [Message] = []
            for number in 0..<5 { messages.append(try await world.leave("200\(number)", name: "Caller \(number)", secondsAgo: 100 + number)) }
            try await world.browser.logIn()
            let path = place == "folder" ? world.path() : place == "search" ? world.path() + "?q=Caller" : "/"
            let links = Self.times(try await world.browser.get(path))
            let wanted = messages[3], link = try Self.resolve(try #require(links.dropFirst(3).first), at: path)
            #expect(links.count == 5 && link == "\(world.messagesPath)/\(wanted.monthID)")
            for (deed, shelf) in [("", "new"), ("saved", "saved"), ("trash", "trash")] {
                if !deed.isEmpty { #expect(try await world.press("\(deed) \(wanted.monthID)").status == 303) }
                let answer = try await world.browser.get(link)
                let target = try Self.resolve(try #require(answer["Location"]), at: link)
                #expect(answer.status == 303 && target.hasPrefix(world.path(shelf) + "?start="), "\(target)")
                let list = try await world.browser.get(target)
                #expect(list.status == 200 && list.text.firstMatch(of: /<bdi>(Caller [0-9])<\/bdi>/)?.output.1 == "Caller 3")
                // From there it is the same link.
                #expect(try Self.resolve(try #require(Self.times(list).first), at: target) == link)
            }
        }
    }

    @Test("Who is not logged in comes to it by the login; a message that is gone, or older than any list shows, has no link")
    func refused() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(), link = "\(world.messagesPath)/\(message.monthID)"
            let asked = try await world.browser.get(link), login = try Self.resolve(try #require(asked["Location"]), at: link)
            #expect(asked.status == 303 && login.hasPrefix("/login?to="))
            let to = try #require(try await world.browser.get(login).field("to"))
            let done = try await world.browser.logIn(to: to)
            #expect(try Self.resolve(try #require(done["Location"]), at: "/login") == link)
            #expect(try await world.browser.get(link + "/").status == 303)

            let old = try await world.leave(secondsAgo: world.server.service.limits.retentionSeconds(of: world.account) + 60)
            #expect(try await world.browser.get("\(world.messagesPath)/\(old.monthID)").status == 404)
            #expect(try await world.press("trash \(message.monthID)").status == 303)
            #expect(try await world.press("gone \(message.monthID)", from: "trash").status == 303)
            #expect(try await world.browser.get(link).status == 404)
            #expect(try await world.browser.post(link, []).status == 405)
        }
    }

    @Test(
        "Names that no message has",
        arguments: ["", "x", "201605-", "2016051-0", "20160a-" + zeros, "201605_" + zeros, "201605-" + zeros.dropLast(), "201605-" + zeros + "0"])
    func names(_ name: String) {
        #expect(!MessagePlace(mailboxID: Self.zeros, monthID: name).isNamed)
        #expect(MessagePlace(mailboxID: Self.zeros, monthID: "201605-" + Self.zeros).isNamed)
    }

    private static let zeros = String(repeating: "0", count: 32)
}
