import TestKit
import Testing
import Voicemail

/// What is noted of what is done, by whom, and that nobody changes it unnoticed.
struct AuditTests {
    private static func run(_ body: @Sendable (TestServer, TestWorld) async throws -> Void) async throws {
        try await TestServer.run { server in try await body(server, try await server.makeWorld()) }
    }

    private static func entries(_ server: TestServer, _ action: AuditEntry.Action) async throws -> [AuditEntry] {
        try await server.service.audit.list(of: nil, limit: 1000).filter { $0.action == action }
    }

    @Test("A removal over an interface is noted with who asked, from where, and what; one by the clock with why")
    func removals() async throws {
        try await Self.run { server, world in
            let asked = try await server.leave(in: world.mailbox, of: world.account), old = try await server.leave(in: world.mailbox, of: world.account)
            let answer = try await server.send("DELETE", world.boxPath + "/messages/" + asked.monthID, token: world.token)
            #expect(answer.status == 200)
            _ = try await server.service.mailboxes.change(world.mailbox.id, .patch(["message_keep_days": 1]), in: world.account)
            server.clock.advance(by: 86_400)
            try await server.service.housekeeping.sweep()
            let removed = try await Self.entries(server, .messageRemoved)
            #expect(removed.map(\.subjects) == [[asked.id, world.mailbox.id], [old.id, world.mailbox.id]])
            #expect(removed.map(\.actor) == ["kazoo \(world.user.id)", "server"])
            #expect(removed.map(\.texts) == [["address": "127.0.0.1", "number": "2001"], ["number": "2001"]])
            #expect(removed.map(\.details) == [[:], ["reason": "older than 1 days"]])
            #expect(removed.allSatisfy { $0.accountID == world.account.id })
        }
    }

    @Test("What is refused is not noted, and holds are")
    func refused() async throws {
        try await Self.run { server, world in
            let message = try await server.leave(in: world.mailbox, of: world.account), service = server.service
            let hold = try await service.holds.place(on: .message, message.id, in: world.account, reason: "case 12")
            let answer = try await server.send("DELETE", world.boxPath + "/messages/" + message.monthID, token: world.token)
            #expect(answer.status == 400)
            _ = try await service.holds.lift(hold.id)
            #expect(try await Self.entries(server, .messageRemoved).isEmpty)
            let placed = try await Self.entries(server, .holdPlaced), lifted = try await Self.entries(server, .holdLifted)
            #expect(placed.map(\.subjects) == [[hold.id, message.id]] && lifted.map(\.subjects) == [[hold.id, message.id]])
            #expect(placed.first?.details == ["subject": "message"])
        }
    }

    @Test("Logins, keys, users and what is removed of an account")
    func access() async throws {
        try await Self.run { server, world in
            let service = server.service
            let issued = try await service.access.issueKey(CredentialDraft(Credential.Kind(rawValue: "kazoo"), name: "k"), in: world.account)
            try await service.access.removeCredential(issued.credential.id, in: world.account)
            let keys = try await (Self.entries(server, .keyCreated), Self.entries(server, .keyRevoked))
            #expect(keys.0.map(\.subjects) == [[issued.credential.id]] && keys.1.map(\.subjects) == [[issued.credential.id]])
            let created = try await Self.entries(server, .userCreated)
            #expect(created.map(\.subjects) == [[world.user.id]] && created.first?.details["priv_level"] == "user")
            _ = try await service.users.change(world.user.id, .patch(["first_name": "Ann"]), in: world.account)
            #expect(try await Self.entries(server, .userChanged).isEmpty)
            _ = try await service.users.change(world.user.id, .patch(["priv_level": "admin"]), in: world.account)
            let changed = try await Self.entries(server, .userChanged)
            #expect(changed.map(\.details) == [["priv_level": "admin", "enabled": true, "password": false]])
            let digest = LoginDigest.md5.digest(TestWorld.username, TestWorld.password)
            let login = try await server.send(
                "PUT", "/v2/user_auth", data: ["credentials": .string(digest), "method": "md5", "account_name": "Acme"])
            #expect(login.status == 201)
            let logins = try await Self.entries(server, .loggedIn)
            #expect(logins.map(\.subjects) == [[world.user.id]] && logins.first?.actor == "kazoo \(world.user.id)")
            #expect(logins.first?.texts == ["address": "127.0.0.1"])
            _ = try await service.mailboxes.remove(world.mailbox.id, in: world.account)
            _ = try await service.users.remove(world.user.id, in: world.account)
            _ = try await service.accounts.remove(world.account.id)
            for (action, id) in [(.mailboxRemoved, world.mailbox.id), (.userRemoved, world.user.id), (.accountRemoved, world.account.id)]
                as [(AuditEntry.Action, String)]
            {
                let found = try await Self.entries(server, action)
                #expect(found.map(\.subjects) == [[id]] && found.first?.accountID == world.account.id)
            }
        }
    }

    @Test("A ZIP of messages is noted before it is sent")
    func export() async throws {
        try await Self.run { server, world in
            var ids: [JSON] = []
            for number in 0..<2 { ids.append(.string(try await server.leave(audio: Sound.bytes(1, number), in: world.mailbox, of: world.account).monthID)) }
            let answer = try await server.send(
                "POST", world.boxPath + "/messages/raw", token: world.token, data: ["messages": .array(ids)])
            #expect(answer.status == 200)
            let exported = try await Self.entries(server, .exported)
            #expect(exported.map(\.subjects) == [[world.mailbox.id]] && exported.map(\.details) == [["messages": 2]])
        }
    }

    @Test("Another PIN, and none; what is said of it is neither")
    func pins() async throws {
        try await Self.run { server, world in
            func patch(_ data: JSON) async throws { _ = try await server.send("PATCH", world.boxPath, token: world.token, data: data) }
            for data in [["pin": "4711"], ["name": "Box"], ["pin": "4711"], ["pin": "0815"], ["pin": .null]] as [JSON] { try await patch(data) }
            let changed = try await Self.entries(server, .pinChanged)
            #expect(changed.map(\.details) == [["is_set": true], ["is_set": true], ["is_set": false]])
            #expect(changed.allSatisfy { $0.subjects == [world.mailbox.id] && $0.actor == "kazoo \(world.user.id)" && $0.texts == ["address": "127.0.0.1"] })
        }
    }

    @Test("What comes back from the trash")
    func restores() async throws {
        try await Self.run { server, world in
            let service = server.service, message = try await server.leave(in: world.mailbox, of: world.account)
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            _ = try await service.messages.remove(place, account: world.account)
            _ = try await service.messages.restore(place, to: .new, account: world.account)
            _ = try await service.mailboxes.remove(world.mailbox.id, in: world.account)
            _ = try await service.mailboxes.restore(world.mailbox.id, in: world.account)
            let restored = try await Self.entries(server, .restored)
            #expect(restored.map(\.subjects) == [[message.id, world.mailbox.id], [world.mailbox.id]])
            #expect(restored.map(\.details) == [[:], ["messages": 1]])
        }
    }

    @Test("What goes for good when the trash's days are over, an entry for each account")
    func purges() async throws {
        try await Self.run { server, world in
            let service = server.service, other = try await server.makeAccount("Other"), box = try await server.makeMailbox("1", in: other)
            var gone: [String] = []
            for _ in 0..<2 { gone.append(try await server.leave(in: world.mailbox, of: world.account).id) }
            let prefix = world.mailbox.id
            for message in gone {
                guard let found = try await service.messages.find(anywhere: message) else { continue }
                _ = try await service.messages.remove([found.monthID], of: prefix, account: world.account)
            }
            _ = try await service.mailboxes.remove(box.id, in: other)
            try await service.housekeeping.sweep()
            #expect(try await Self.entries(server, .purged).isEmpty)
            server.clock.advance(by: 93 * 86_400 + 1)
            for _ in 0..<2 { try await service.housekeeping.sweep() }
            let purged = try await Self.entries(server, .purged).sorted { $0.subjects.count > $1.subjects.count }
            #expect(purged.map { Set($0.subjects) } == [Set(gone), [box.id]] && purged.map(\.accountID) == [world.account.id, other.id])
            #expect(purged.map(\.details) == [["count": 2], ["count": 1]] && purged.allSatisfy { $0.actor == "server" })
        }
    }

    @Test("Who hears a message, where the account wants that noted: once in ten minutes, by whom")
    func listening() async throws {
        try await Self.run { server, world in
            let message = try await server.leave(audio: Sound.bytes(1, 1), in: world.mailbox, of: world.account)
            let path = world.boxPath + "/messages/" + message.monthID + "/raw"
            func hear() async throws { #expect(try await server.send("GET", path, token: world.token).status == 200) }
            try await hear()
            #expect(try await Self.entries(server, .heard).isEmpty)
            _ = try await server.service.accounts.change(world.account.id, .patch(["audit_listening": true]))
            for _ in 0..<3 { try await hear() }
            server.clock.advance(by: 600)
            try await hear()
            let heard = try await Self.entries(server, .heard)
            #expect(heard.map(\.subjects) == [[message.id, world.mailbox.id], [message.id, world.mailbox.id]])
            #expect(heard.allSatisfy { $0.actor == "kazoo \(world.user.id)" && $0.texts == ["address": "127.0.0.1", "number": "2001"] })
        }
    }

    @Test("Each account has a chain of its own, housekeeping seals it, and it holds")
    func seals() async throws {
        try await Self.run { server, world in
            let service = server.service, other = try await server.makeAccount("Other")
            for account in [world.account, other] { _ = try await service.audit.note(.exported, of: account.id, ["x"]) }
            try await service.audit.note(.backedUp, of: "", [])
            try await service.housekeeping.sweep()
            try await service.audit.note(.exported, of: other.id, ["y"])
            try await service.housekeeping.sweep()
            try await service.housekeeping.sweep()
            let batches = try await service.store.read { try $0.auditBatches(accountID: other.id, after: 0, limit: 10) }
            #expect(batches.map(\.number) == [1, 2] && batches.map(\.count) == [1, 1])
            let all = try await service.audit.verify(nil)
            #expect(all.faults == [] && all.batches == 4)
            let mine = try await service.audit.verify(other.id, head: batches[1].hash)
            #expect(mine.faults == [] && mine.batches == 2)
            let strange = try await service.audit.verify(other.id, head: "0000")
            #expect(strange.faults.map(\.reason) == ["no batch has the hash 0000"] && strange.faults.map(\.accountID) == [other.id])
        }
    }

    @Test("An erased caller's number goes from beside the entries, and the chain holds")
    func erased() async throws {
        try await Self.run { server, world in
            let service = server.service
            let message = try await server.leave(MessageDraft(callerNumber: "4711"), in: world.mailbox, of: world.account)
            _ = try await server.send("DELETE", world.boxPath + "/messages/" + message.monthID, token: world.token)
            try await service.audit.seal()
            _ = try await service.erasures.erase("4711", in: world.account.id)
            let removed = try await Self.entries(server, .messageRemoved)
            #expect(removed.map(\.texts) == [["address": "127.0.0.1"]])
            let noted = try await Self.entries(server, .callerErased)
            #expect(noted.first?.details["messages"] == 1 && noted.first?.texts == [:])
            try await service.audit.seal()
            let checked = try await service.audit.verify(world.account.id)
            #expect(checked.faults == [])
        }
    }
}
