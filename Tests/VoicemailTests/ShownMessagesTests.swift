import Synchronization
import Testing
import Voicemail

struct ShownMessagesTests {
    @Test("A listing begins and ends where its window does, although its query goes further back", arguments: [true, false])
    func window(ascending: Bool) async throws {
        try await MemoryWorld.run { world in
            let box = try await world.makeMailbox("3000"), now = world.service.clock.now
            let times = (0..<10).map { now.advanced(by: -$0) }
            try await world.service.store.write { writer in
                for time in times {
                    _ = try writer.insert(
                        Message(
                            accountID: world.account.id, mailboxID: box.id, timestamp: time, folder: .new, from: "a@b", to: "c@d", callerName: "A",
                            callerNumber: "1", callID: "call", lengthMilliseconds: 0, audio: nil, modified: time))
                }
            }
            let asked = Mutex<[Timestamp]>([])
            var shown = ShownMessages(
                query: MessageQuery(scope: .mailbox(box.id), from: times[9], ascending: ascending), since: times[4], limit: nil
            ) { message in
                asked.withLock { $0.append(message.timestamp) }
                return true
            }
            let expected = ascending ? times[...4].reversed() : Array(times[...4])
            let page = try await world.service.messages.show(shown)
            #expect(page.messages.map(\.timestamp) == expected && page.next == nil)
            // Nobody looks closer at what is too old.
            #expect(asked.withLock(\.self) == expected)

            shown.limit = 2
            var walked: [Timestamp] = []
            while true {
                let page = try await world.service.messages.show(shown)
                walked += page.messages.map(\.timestamp)
                guard let next = page.next else { break }
                shown.query.start = next
            }
            #expect(walked == expected)
        }
    }
}
