import TestKit
import Testing
@testable import Voicemail

@Suite("Looking for messages")
struct MessageSearchTests {
    private static func message(_ name: String, _ number: String) -> Message {
        Message(
            accountID: "a", mailboxID: "b", timestamp: Timestamp(unix: 0), folder: .new, from: "", to: "", callerName: name, callerNumber: number, callID: "",
            lengthMilliseconds: 1, modified: Timestamp(unix: 0))
    }

    @Test(
        "A name by a part of it in any case and without its accents, a number however it is grouped",
        arguments: [
            ("zoé", "Zoe Dunn", "1", true), ("ZOE", "Zoé Dunn", "1", true), (" dunn ", "Zoe Dunn", "1", true), ("bob", "Zoe Dunn", "1", false),
            ("030 / 55-55", "", "+493055552000", false), ("30 / 55-55", "", "+493055552000", true), ("+49 (30)", "", "004930555", true),
            ("2000", "", "+493055552000", true),
            ("2001", "Room 2001", "anonymous", true), ("anna@", "", "anna@example.org", true), ("привет", "Привет", "1", true), ("+", "", "+1", true),
            ("-", "", "+1", false),
        ])
    func matching(_ text: String, _ name: String, _ number: String, _ isFound: Bool) throws {
        let search = try #require(MessageSearch(text))
        #expect(search.matches(Self.message(name, number)) == isFound)
    }

    @Test func nothingIsLookedForByNothing() {
        #expect(MessageSearch("") == nil && MessageSearch(" \n") == nil)
    }

    @Test("A page looks at so many messages and no more, and the next one goes on there")
    func looks() async throws {
        try await MemoryWorld.run { world in
            let mailbox = try await world.makeMailbox("3000")
            for index in 0..<25 {
                let draft = MessageDraft(
                    callerName: index % 12 == 0 ? "Bob" : "Ann", callerNumber: String(index), timestamp: Timestamp(unix: 1_463_000_000 - index))
                _ = try await world.service.messages.deposit(draft, mailboxID: mailbox.id, in: world.account, audio: nil, from: .administrator(tells: false))
            }
            let search = try #require(MessageSearch("bob"))
            var query = MessageQuery(scope: .mailbox(mailbox.id)), found: [[String]] = []
            repeat {
                let page = try await world.service.messages.list(MessageListing(query: query, limit: 5, looks: 10) { search.matches($0) })
                found.append(page.messages.map(\.callerNumber))
                query.start = page.next
            } while query.start != nil
            #expect(found == [["0"], ["12"], ["24"]])
        }
    }
}
