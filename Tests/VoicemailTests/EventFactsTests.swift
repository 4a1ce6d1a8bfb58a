import Testing
import Voicemail

struct EventFactsTests {
    @Test("A message's event tells of it as it was stored, when it is gone")
    func message() async throws {
        try await MemoryWorld.run { world in
            let box = try await world.makeMailbox("1000")
            let draft = MessageDraft(
                callID: "call", callerName: "Bob", callerNumber: "2001", from: "2001@here", to: "1000@there", lengthMilliseconds: 2500,
                timestamp: Timestamp(unix: 1_700_000_000))
            let stored = try await world.service.messages.deposit(draft, mailboxID: box.id, in: world.account, from: .call)
            let events = try await world.service.store.read { try $0.events(after: 0, limit: 100) }
            let event = try #require(events.last { $0.kind == .messageStored })
            let told = try #require(event.message)
            #expect(event.mailboxID == box.id && event.isAnnounced)
            #expect(told.id == stored.id && told.mailboxID == box.id && told.accountID == world.account.id && told.timestamp == stored.timestamp)
            #expect([told.from, told.to, told.callerName, told.callerNumber, told.callID] == ["2001@here", "1000@there", "Bob", "2001", "call"])
            #expect(told.lengthMilliseconds == 2500)
        }
    }

    @Test("An event of something else tells of no message")
    func others() {
        let document = Event(kind: .documentCreated, accountID: "a", subjectID: "d", payload: ["type": "mailbox"], created: Timestamp(unix: 0))
        #expect(document.message == nil && document.mailboxID == nil && document.documentKind == .mailbox)
        let full = Event(
            kind: .mailboxFull, accountID: "a", subjectID: "m", payload: ["message_count": 3, "max_message_count": 4], created: Timestamp(unix: 0))
        #expect(full.messageCount == 3 && full.capacity == 4)
    }
}
