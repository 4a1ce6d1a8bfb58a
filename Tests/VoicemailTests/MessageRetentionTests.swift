import Server
import TestKit
import Testing
import Voicemail

/// What goes to the trash by itself, when, and that the preview says the same.
struct MessageRetentionTests {
    private struct Scene: Sendable {
        let server: TestServer
        let account: Account
        let mailbox: Mailbox

        var service: VoicemailService { server.service }

        func leave(at seconds: Int? = nil, _ audio: [UInt8]? = nil) async throws -> Message {
            let draft = MessageDraft(callerNumber: "2001", timestamp: seconds.map { Timestamp(unix: $0) })
            return try await server.leave(draft, audio: audio, in: mailbox, of: account)
        }

        func left() async throws -> [String] {
            try await service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(mailbox.id), ascending: true), limit: 100)).messages.map(\.id)
        }

        func sweepAll() async throws -> Int {
            try await service.housekeeping.sweep()
            return try await left().count
        }

        /// A round of housekeeping removes what the preview has just shown as due, and nothing else.
        func sweep() async throws -> [String] {
            let before = try await left()
            let due = try await service.housekeeping.departures(of: service.accounts.find(account.id) ?? account, until: server.clock.now, limit: 100)
            try await service.housekeeping.sweep()
            let after = try await left()
            let gone = Set(before).subtracting(after)
            let shown = Set(
                due.filter { !$0.isHeld }.compactMap { departure -> String? in
                    if case .message(let id, _) = departure.thing { String(id.suffix(32)) } else { nil }
                })
            #expect(shown == gone)
            return after
        }
    }

    private static func run(_ box: JSONObject = [:], account change: JSONObject = [:], _ body: @Sendable (Scene) async throws -> Void) async throws {
        try await TestServer.run { server in
            var account = try await server.makeAccount("Acme")
            if !change.isEmpty { account = try await server.service.accounts.change(account.id, .patch(change)) }
            try await body(Scene(server: server, account: account, mailbox: try await server.makeMailbox("1000", in: account, box)))
        }
    }

    @Test("By age, counted from when it was left or stored, whichever is later; the mailbox's rule before the account's")
    func age() async throws {
        try await Self.run(["message_keep_days": 2], account: ["message_keep_days": 30]) { scene in
            let now = scene.server.clock.now.unix
            let imported = try await scene.leave(at: 1000), ahead = try await scene.leave(at: now + 3600), plain = try await scene.leave()
            #expect(try await scene.sweep().count == 3)
            let soon = try await scene.service.housekeeping.departures(of: scene.account, until: Timestamp(unix: now + 3 * 86_400), limit: 10)
            #expect(soon.map(\.due.unix) == [now + 2 * 86_400, now + 2 * 86_400, now + 2 * 86_400 + 3600])
            #expect(soon.allSatisfy { $0.rule == .days(2) && !$0.isHeld })
            // Being read does not make it younger.
            _ = try await scene.service.messages.markRead(.serial(plain.serial, left: plain.timestamp), of: scene.account)
            scene.server.clock.advance(by: 2 * 86_400 - 1)
            #expect(try await scene.sweep().count == 3)
            scene.server.clock.advance(by: 1)
            #expect(try await scene.sweep() == [ahead.id])
            scene.server.clock.advance(by: 3600)
            #expect(try await scene.sweep().isEmpty)
            // They are in the trash, from where they can be brought back.
            let removed = try await scene.service.messages.findRemoved(imported.id)
            #expect(removed != nil)
        }
    }

    @Test("By number: the oldest go, but none that was stored within a day")
    func count() async throws {
        try await Self.run(["message_keep_count": 2]) { scene in
            let now = scene.server.clock.now.unix
            var left: [Message] = []
            for hour in 0..<4 { left.append(try await scene.leave(at: now + hour)) }
            #expect(try await scene.sweep() == left.map(\.id))
            scene.server.clock.advance(by: 86_400)
            // It has the oldest time and has just come.
            let imported = try await scene.leave(at: 1000)
            #expect(try await scene.sweep() == [imported.id, left[2].id, left[3].id])
            scene.server.clock.advance(by: 86_400)
            #expect(try await scene.sweep() == [left[2].id, left[3].id])
        }
    }

    @Test("By bytes of an account: the oldest go until the rest is small enough; messages without audio stay")
    func bytes() async throws {
        let sound = Sound.bytes(1, 1)
        try await Self.run(account: ["message_keep_bytes": .int(2 * sound.count)]) { scene in
            let now = scene.server.clock.now.unix
            let bare = try await scene.leave(at: now - 5)
            var left: [Message] = []
            for hour in 0..<4 { left.append(try await scene.leave(at: now + hour, sound)) }
            scene.server.clock.advance(by: 86_400)
            #expect(try await scene.sweep() == [bare.id, left[2].id, left[3].id])
            let again = try await scene.sweep()
            #expect(again.count == 3)
        }
    }

    @Test("What is held stays, is shown as held, and lets nothing else stay")
    func held() async throws {
        try await Self.run(["message_keep_days": 1]) { scene in
            let kept = try await scene.leave(), gone = try await scene.leave()
            let hold = try await scene.service.holds.place(on: .message, kept.id, in: scene.account, reason: "case 12")
            scene.server.clock.advance(by: 86_400)
            let due = try await scene.service.housekeeping.departures(of: scene.account, until: scene.server.clock.now, limit: 10)
            #expect(due.count == 2 && due.filter(\.isHeld).map(\.thing) == [.message(id: kept.monthID, mailboxID: kept.mailboxID)])
            #expect(try await scene.sweep() == [kept.id])
            let trash = try await scene.service.messages.findRemoved(gone.id)
            #expect(trash != nil)
            _ = try await scene.service.holds.lift(hold.id)
            #expect(try await scene.sweep().isEmpty)
        }
    }

    @Test("Without a rule nothing goes, and the server's rule holds where nobody says otherwise")
    func standard() async throws {
        try await Self.run { scene in
            _ = try await scene.leave()
            scene.server.clock.advance(by: 1000 * 86_400)
            #expect(try await scene.sweep().count == 1)
        }
        try await TestServer.run {
            $0.limits.messageRetention.days = 1
        } _: { server in
            let account = try await server.makeAccount("Acme")
            let strict = try await server.makeMailbox("1000", in: account), lax = try await server.makeMailbox("1001", in: account, ["message_keep_days": 9])
            for mailbox in [strict, lax] { _ = try await server.leave(in: mailbox, of: account) }
            server.clock.advance(by: 86_400)
            try await server.service.housekeeping.sweep()
            let tallies = try await server.service.store.read { try $0.tallies(mailboxIDs: [strict.id, lax.id], cutoff: Timestamp(unix: 0)) }
            #expect(tallies.map(\.total) == [0, 1])
        }
    }

    @Test("More than one batch, and a message that is told of as removed")
    func many() async throws {
        try await Self.run(["message_keep_count": 1]) { scene in
            for _ in 0..<300 { _ = try await scene.leave() }
            scene.server.clock.advance(by: 86_400)
            #expect(try await scene.sweepAll() == 1)
            let told = try await scene.service.store.read { try $0.events(after: 0, limit: 10_000).count { $0.kind == .messageRemoved } }
            #expect(told == 299)
        }
    }
}
