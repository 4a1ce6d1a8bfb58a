import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Filing, deleting and bringing back")
struct FilingTests {
    @Test("A button files its message, says so, and can be undone")
    func one() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            try await world.browser.logIn()
            for (deed, folder, told) in [
                ("saved", Folder.saved, "Filed among the saved messages."), ("trash", .deleted, "Moved to the trash."),
                ("new", .new, "Filed among the new messages."),
            ] {
                let before = try #require(try await world.folder(of: message))
                let from = before == .deleted ? "trash" : before.rawValue
                let done = try await world.press("\(deed) \(message.monthID)", from: from)
                #expect(done.status == 303)
                #expect(try await world.folder(of: message) == folder)
                let place = try #require(done["Location"])
                #expect(place.hasPrefix("../../boxes/\(world.box.id)/\(from)?"))
                let page = try await world.browser.get("/" + place.dropFirst(6))
                #expect(page.shown.contains(told) && page.shown.contains("Undo"), "\(deed)")
                #expect(page.text.contains("value=\"\(from) \(message.monthID)\">Undo"))
                _ = try await world.press("\(from) \(message.monthID)", from: from)
                #expect(try await world.folder(of: message) == before)
                _ = try await world.press("\(deed) \(message.monthID)", from: from)
            }
        }
    }

    @Test("Many at once, those that are gone left out and told of")
    func many() async throws {
        try await WebWorld.run { world in
            let first = try await world.leave(), second = try await world.leave(), third = try await world.leave()
            try await world.browser.logIn()
            let foreign = try await world.leave(in: world.othersBox)
            let ids = [first, second, foreign].map(\.monthID) + ["201605-" + HexID.random(), "nonsense"]
            let done = try await world.press("saved", ids.map { ("message", $0) })
            #expect(done.status == 303 && done["Location"]?.hasSuffix("?told=saved&left=1") == true)
            #expect(try await world.folder(of: first) == .saved)
            #expect(try await world.folder(of: second) == .saved)
            #expect(try await world.folder(of: third) == .new)
            #expect(try await world.folder(of: foreign) == .new)
            let page = try await world.browser.get(world.path() + "?told=saved&left=1")
            #expect(page.text.contains("Filed among the saved messages. Some messages were left as they are"))
            let none = try await world.press("saved")
            #expect(none["Location"]?.hasSuffix("?told=none") == true)
        }
    }

    @Test("What is deleted for good is on no page and in no listing, and an administrator can still bring it back")
    func forGood() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave(folder: .deleted)
            try await world.browser.logIn()
            let done = try await world.press("gone \(message.monthID)", from: "trash")
            #expect(done["Location"] == "../../boxes/\(world.box.id)/trash?told=gone")
            #expect(try await world.folder(of: message) == nil)
            let trash = try await world.browser.get(world.path("trash"))
            #expect(trash.shown.contains("The trash is empty."))
            let place = MessagePlace(mailboxID: world.box.id, monthID: message.monthID)
            #expect(try await world.server.service.messages.restore(place, to: .new, account: world.account).folder == .new)
        }
    }

    @Test("After a change one is on the page where one was")
    func staysOnThePage() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            try await world.browser.logIn()
            let done = try await world.press("saved \(message.monthID)", [("start", message.position.webKey)])
            #expect(done["Location"]?.contains("?start=\(message.position.webKey)&told=saved") == true)
            // What was made up says nothing.
            let page = try await world.browser.get(world.path() + "?told=nonsense&undo=%3Cscript%3E")
            #expect(page.status == 200 && !page.text.contains("role=\"status\"") && !page.text.contains("<script>"))
        }
    }

    @Test("What the page does is in KAZOO's listing at once, and the other way round")
    func otherInterfaces() async throws {
        try await WebWorld.run { world in
            let message = try await world.leave()
            let token = try await world.server.makeToken(for: world.account)
            let path = "/v2/accounts/\(world.account.id)/vmboxes/\(world.box.id)/messages"
            func listed() async throws -> String? { try await world.server.send("GET", path, token: token).data.array?.first?["folder"]?.string }
            try await world.browser.logIn()
            #expect(try await listed() == "new")
            _ = try await world.press("saved \(message.monthID)")
            #expect(try await listed() == "saved")
            _ = try await world.press("trash \(message.monthID)", from: "saved")
            #expect(try await listed() == "deleted")
            _ = try await world.server.send("POST", "\(path)/\(message.monthID)", token: token, data: ["folder": "new"])
            let page = try await world.browser.get("/")
            #expect(page.shown.contains("Bob"))
            _ = try await world.press("gone \(message.monthID)")
            #expect(try await world.server.send("GET", path, token: token).data == [])
        }
    }
}
