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
        func leave(from origin: DepositOrigin = .call) async throws -> Message {
            let audio = try await world.receive()
            return try await world.service.messages.deposit(
                MessageDraft(callerNumber: "2001"), mailboxID: group.id, in: world.account, audio: audio, from: origin)
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
            // A client of an interface files what it has.
            try await scene.leave(from: .client(isJudged: false))
            #expect(try await scene.counts() == [2, 3])
            await #expect(throws: VoicemailError.limitReached) { try await scene.leave(from: .client(isJudged: true)) }
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
            #expect(try await scene.counts() == [0, 0])
            try await scene.leave(from: .client(isJudged: false))
            #expect(try await scene.counts() == [1, 1])
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
