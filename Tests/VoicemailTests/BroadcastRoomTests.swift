import TestKit
import Testing
import Voicemail

/// A message for a broadcasting group goes to those members whose mailboxes take it.
struct BroadcastRoomTests {
    private struct Scene {
        let world: MemoryWorld
        let group: Mailbox
        let members: [Mailbox]

        /// - Parameter attributes: of each member's mailbox.
        static func run(_ attributes: [JSONObject], _ body: @Sendable (Scene) async throws -> Void) async throws {
            try await MemoryWorld.run { world in
                var members: [Mailbox] = []
                for (number, attributes) in attributes.enumerated() { members.append(try await world.makeMailbox(String(1000 + number), attributes)) }
                let box = try await world.makeMailbox("6300")
                let group = try await world.service.groups.set(
                    MailboxGroup(mode: .broadcast, members: members.map(\.id)), of: box.id, in: world.account)
                try await body(Scene(world: world, group: group, members: members))
            }
        }

        @discardableResult
        func leave(from origin: DepositOrigin = .call, in mailbox: Mailbox? = nil) async throws -> Message {
            let audio = try await world.receive()
            return try await world.service.messages.deposit(
                MessageDraft(callerNumber: "2001"), mailboxID: (mailbox ?? group).id, in: world.account, audio: audio, from: origin)
        }

        /// The first of two steps: a message whose audio comes later.
        func announce() async throws -> Message {
            try await world.service.messages.deposit(
                MessageDraft(callerNumber: "2001"), mailboxID: group.id, in: world.account, from: .filing())
        }

        /// The second.
        func complete(_ message: Message) async throws -> Message {
            let place = MessagePlace(mailboxID: message.mailboxID, monthID: message.monthID)
            return try await world.service.messages.attach(try await world.receive(), to: place, in: world.account)
        }

        /// Whether each message of a mailbox has its audio.
        func sound(in mailbox: Mailbox) async throws -> [Bool] {
            try await world.service.messages.positioned(of: mailbox.id, offset: 0, limit: 9).items.map { $0.message.audio != nil }
        }

        func sweep() async throws {
            world.clock.advance(by: 600)
            try await world.service.housekeeping.sweep()
        }

        /// Messages of each member.
        func counts() async throws -> [Int] {
            var counts: [Int] = []
            for member in members { counts.append(try await count(of: member)) }
            return counts
        }

        func count(of mailbox: Mailbox) async throws -> Int {
            try await world.service.messages.positioned(of: mailbox.id, offset: 0, limit: 1).total
        }

        func manner() async throws -> Answering.Manner { try await world.service.mailboxes.answering(group.id, in: world.account).manner }
    }

    @Test("One who has no room is left out, at the bound and beyond it; when nobody has any, the caller is told before he speaks")
    func room() async throws {
        try await Scene.run([["max_message_count": 1], ["max_message_count": 2]]) { scene in
            for expected in [[1, 1], [1, 2]] {
                #expect(try await scene.manner() == .takesMessages)
                try await scene.leave()
                #expect(try await scene.counts() == expected)
            }
            #expect(try await scene.manner() == .full)
            await #expect(throws: VoicemailError.limitReached) { try await scene.leave() }
            #expect(try await scene.counts() == [1, 2])
            #expect(try await scene.count(of: scene.group) == 0)
            // A client files what it has in a box that it names, and it has named the group.
            for origin in [.filing(), .client(), .administrator(tells: nil)] as [DepositOrigin] {
                await #expect(throws: VoicemailError.limitReached) { try await scene.leave(from: origin) }
            }
            #expect(try await scene.counts() == [1, 2])
            try await scene.leave(from: .filing(), in: scene.members[0])
            #expect(try await scene.counts() == [2, 2])
        }
    }

    @Test("One whose mailbox is off is left out; where all are, the group's is")
    func off() async throws {
        try await Scene.run([["enabled": false], [:]]) { scene in
            try await scene.leave()
            #expect(try await scene.counts() == [0, 1])
            try await scene.leave(from: .administrator(tells: nil))
            #expect(try await scene.counts() == [0, 2])
        }
        try await Scene.run([["enabled": false], ["enabled": false]]) { scene in
            #expect(try await scene.manner() == .off)
            await #expect(throws: VoicemailError.mailboxDisabled) { try await scene.leave() }
            await #expect(throws: VoicemailError.mailboxDisabled) { try await scene.leave(from: .administrator(tells: nil)) }
            await #expect(throws: VoicemailError.mailboxDisabled) { try await scene.leave(from: .filing()) }
            let message = try await scene.leave(from: .filing(), in: scene.members[0])
            let outcome = try await scene.world.service.messages.copy(
                [message.monthID], of: message.mailboxID, to: [scene.group.id], account: scene.world.account)
            #expect(outcome.failed.map(\.reason) == [.off] && outcome.succeeded.isEmpty)
            #expect(try await scene.counts() == [1, 0])
        }
    }

    private static let notes: [ForwardingNote?] = [nil, ForwardingNote(author: "Anna", text: "Please call back.")]

    @Test(
        "What is copied, moved or forwarded goes to those who have room, each message by itself; what nobody takes stays where it was",
        arguments: [true, false], notes)
    func sentOn(_ moves: Bool, _ note: ForwardingNote?) async throws {
        try await Scene.run([["max_message_count": 1], ["max_message_count": 2], ["enabled": false]]) { scene in
            let here = try await scene.world.makeMailbox("3000"), messages = scene.world.service.messages, account = scene.world.account
            var ids: [String] = []
            for _ in 0..<3 { ids.append(try await scene.leave(in: here).monthID) }
            let outcome =
                moves
                ? try await messages.move(ids, of: here.id, to: scene.group.id, account: account, note: note)
                : try await messages.copy(ids, of: here.id, to: [scene.group.id], account: account, note: note)
            #expect(outcome.succeeded.count == 2)
            #expect(outcome.failed.map(\.id) == [ids[2]] && outcome.failed.map(\.reason) == [.full])
            #expect(try await scene.counts() == [1, 2, 0])
            #expect(try await scene.count(of: here) == (moves ? 1 : 3))
            let last = MessagePlace(mailboxID: here.id, monthID: ids[2])
            await #expect(throws: VoicemailError.limitReached) { try await messages.move(last, to: scene.group.id, account: account) }
            try await messages.removeVisible(of: scene.members[0].id)
            let moved = try await messages.move(last, to: scene.group.id, account: account)
            #expect(moved.mailboxID == scene.members[0].id)
            #expect(try await scene.counts() == [1, 2, 0])
        }
    }

    @Test("One who is a member of two groups that a request names has room once")
    func sharedMember() async throws {
        try await Scene.run([["max_message_count": 3], ["max_message_count": 9]]) { scene in
            let here = try await scene.world.makeMailbox("3000"), messages = scene.world.service.messages, account = scene.world.account
            let box = try await scene.world.makeMailbox("6301")
            let second = try await scene.world.service.groups.set(
                MailboxGroup(mode: .broadcast, members: scene.members.map(\.id)), of: box.id, in: account)
            var ids: [String] = []
            for _ in 0..<3 { ids.append(try await scene.leave(in: here).monthID) }
            let outcome = try await messages.copy(ids, of: here.id, to: [scene.group.id, second.id], account: account)
            #expect(outcome.succeeded.count == 6 && outcome.failed.isEmpty)
            #expect(try await scene.counts() == [3, 6])
        }
    }

    @Test("What a member gets by his own name takes room of what his group hands him", arguments: [true, false])
    func namedBeside(_ groupFirst: Bool) async throws {
        try await Scene.run([["max_message_count": 3], [:]]) { scene in
            let here = try await scene.world.makeMailbox("3000"), messages = scene.world.service.messages, account = scene.world.account
            var ids: [String] = []
            for _ in 0..<3 { ids.append(try await scene.leave(in: here).monthID) }
            let destinations = [scene.group.id, scene.members[0].id]
            let outcome = try await messages.copy(
                ids, of: here.id, to: groupFirst ? destinations : destinations.reversed(), account: account)
            #expect(outcome.failed.isEmpty)
            // Three by his own name, which ask for no room, and by his group only as long as there was some.
            #expect(try await scene.counts() == [groupFirst ? 5 : 4, 3])
        }
    }

    @Test("Of several mailboxes that a message is copied to, those get it that take it, a full one that is named among them")
    func copiedToSeveral() async throws {
        try await Scene.run([["max_message_count": 1]]) { scene in
            let here = try await scene.world.makeMailbox("3000"), there = try await scene.world.makeMailbox("3001")
            let message = try await scene.leave(in: here)
            try await scene.leave()
            let outcome = try await scene.world.service.messages.copy(
                [message.monthID], of: here.id, to: [scene.group.id, there.id, scene.members[0].id], account: scene.world.account)
            #expect(outcome.succeeded.count == 2)
            #expect(outcome.failed.map(\.id) == [message.monthID] && outcome.failed.map(\.reason) == [.full])
            #expect(try await scene.count(of: there) == 1)
            #expect(try await scene.counts() == [2])
        }
    }

    @Test("Audio that comes later goes with its message to those who have room then; who has filled up meanwhile gets neither")
    func twoSteps() async throws {
        try await Scene.run([["max_message_count": 1], ["max_message_count": 2]]) { scene in
            let message = try await scene.announce()
            try await scene.leave(in: scene.members[0])
            let whole = try await scene.complete(message)
            #expect(whole.mailboxID == scene.members[1].id && whole.audio != nil)
            #expect(try await scene.counts() == [1, 1])
            #expect(try await scene.sound(in: scene.members[1]) == [true])
            #expect(try await scene.count(of: scene.group) == 0)
            try await scene.leave()
            await #expect(throws: VoicemailError.limitReached) { try await scene.announce() }
            #expect(try await scene.count(of: scene.group) == 0)
        }
    }

    @Test("A message that was taken waits whole in the group's box when its audio comes and no member has room any more, and goes to one who has some again")
    func waiting() async throws {
        try await Scene.run([["max_message_count": 1]]) { scene in
            let message = try await scene.announce()
            try await scene.leave(in: scene.members[0])
            let whole = try await scene.complete(message)
            #expect(whole.mailboxID == scene.group.id && whole.audio != nil)
            try await scene.sweep()
            #expect(try await scene.counts() == [1])
            #expect(try await scene.sound(in: scene.group) == [true])
            try await scene.world.service.messages.removeVisible(of: scene.members[0].id)
            try await scene.sweep()
            #expect(try await scene.sound(in: scene.members[0]) == [true])
            #expect(try await scene.count(of: scene.group) == 0)
        }
    }

    @Test("What is handed on because its audio never came fills nobody's mailbox beyond its bound either")
    func leftovers() async throws {
        try await Scene.run([["max_message_count": 1], ["max_message_count": 2], ["enabled": false]]) { scene in
            for _ in 0..<3 { _ = try await scene.announce() }
            try await scene.sweep()
            #expect(try await scene.counts() == [1, 2, 0])
            #expect(try await scene.count(of: scene.group) == 1)
        }
    }

    @Test("A member hears once that his mailbox is nearly full by what a group gets")
    func nearlyFull() async throws {
        try await Scene.run([["max_message_count": 10], [:]]) { scene in
            for _ in 0..<10 { try await scene.leave() }
            let told = try await scene.world.events(.mailboxNearlyFull)
            #expect(told.map(\.subjectID) == [scene.members[0].id])
        }
    }
}
