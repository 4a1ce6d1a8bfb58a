import Foundation
import TestKit
import Testing
import Voicemail

/// Deleted mailboxes, and what went with them, for as long as the trash keeps it.
@Suite struct MailboxTrashTests {
    private struct Scene: Sendable {
        let server: TestServer
        let world: TestWorld
        let tool: Tool

        func list(_ arguments: String...) async throws -> [JSON] {
            let outcome = try await CommandLineProgram.run(["mailbox", "list", "--account", "Acme", "--data", tool.data, "--json"] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.json.array ?? []
        }

        func folders() async throws -> [String] {
            try await server.service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(world.mailbox.id)), limit: 100)).messages.map(
                \.folder.rawValue)
        }
    }

    private static func run(clock: ManualClock = ManualClock(SystemClock().now.advanced(by: -1000)), _ body: @Sendable (Scene) async throws -> Void)
        async throws
    {
        try await TemporaryDirectory.run { scratch in
            try await TestServer.run(in: scratch.path + "/data", clock: clock) { (server: TestServer) async throws in
                try await body(Scene(server: server, world: try await server.makeWorld(), tool: Tool(data: server.directory)))
            }
        }
    }

    @Test func aMailboxComesBackWithItsGreetingAndWhatWentWithIt() async throws {
        try await Self.run { scene in
            let tool = scene.tool, box = scene.world.mailbox
            let sound = Sound.bytes(1, 1)
            let earlier = try await scene.server.leave(audio: sound, in: box, of: scene.world.account)
            // By the server's clock, which is behind that of the commands.
            _ = try await scene.server.service.messages.remove(MessagePlace(mailboxID: box.id, monthID: earlier.monthID), account: scene.world.account)
            let kept = try await scene.server.leave(audio: sound, in: box, of: scene.world.account)
            let file = tool.data + "/hello.wav"
            try Data(sound).write(to: URL(filePath: file))
            _ = try await tool.json("greeting", "add", "--account", "Acme", "--mailbox", "3000", "--name", "hello.wav", "--use", file)
            let before = try await tool.json("mailbox", "show", "--account", "Acme", "3000")

            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3000", "--yes")
            #expect(try await scene.list().isEmpty)
            let trash = try await scene.list("--trash")
            #expect(trash.map { [$0.text("id"), $0.text("number"), $0.text("name")] } == [[box.id, "3000", "Box 3000"]])
            #expect(trash.first?.text("deleted").isEmpty == false)

            let back = try await tool.json("mailbox", "restore", "--account", "Acme", "3000")
            #expect(back["id"] == .string(box.id) && back["messages"] == 1)
            #expect(try await scene.list("--trash").isEmpty)
            #expect(try await scene.folders() == ["saved"])
            let raw = try await scene.server.send("GET", scene.world.boxPath + "/messages/\(kept.monthID)/raw", token: scene.world.token)
            #expect(raw.bytes == sound)
            let greetings = try await tool.json("greeting", "list", "--account", "Acme", "--mailbox", "3000")
            #expect(greetings.array?.map { $0.text("name") } == ["hello.wav"], "\(greetings)")
            // What was new is not known any more; the rest is as it was.
            let after = try await tool.json("mailbox", "show", "--account", "Acme", "3000")
            let counts: Set = ["new", "saved"]
            #expect(after["new"] == 0 && after["saved"] == 1)
            #expect(after.object?.filter { !counts.contains($0.key) } == before.object?.filter { !counts.contains($0.key) })
            // What was deleted before is still in the trash, and can come back by itself.
            #expect(try await tool.json("message", "restore", earlier.monthID).array?.count == 1)
            #expect(try await tool("verify").status == 0)
            let events = try await scene.server.service.store.read { try $0.events(after: 0, limit: 1000) }
            #expect(events.last { $0.subjectID == box.id && $0.kind == .documentCreated } != nil)
        }
    }

    @Test func aNumberThatIsTakenIsRefusedAndAnotherWillDo() async throws {
        try await Self.run { scene in
            let tool = scene.tool
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3000", "--yes")
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "Successor")
            #expect(try await tool.refusal("mailbox", "restore", "--account", "Acme", "3000") == "mailbox \"3000\" is taken")
            #expect(try await scene.list("--trash").count == 1)
            let back = try await tool.json("mailbox", "restore", "--account", "Acme", "3000", "--number", "3001")
            #expect(back["number"] == "3001" && back["id"] == .string(scene.world.mailbox.id))
            // Two that had one number are told apart by their ids.
            for number in ["3000", "3001"] {
                _ = try await tool.json("mailbox", "update", "--account", "Acme", number, "--number", number == "3000" ? "4000" : "4001")
            }
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "4000", "--yes")
            _ = try await tool.json("mailbox", "update", "--account", "Acme", "4001", "--number", "4000")
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "4000", "--yes")
            let refusal = try await tool.refusal("mailbox", "restore", "--account", "Acme", "4000")
            #expect(refusal == "2 deleted mailboxes had the number 4000; name one by its id, as mailbox list --trash shows it")
            let all = try await scene.list("--trash"), first = try await scene.list("--trash", "--limit", "1")
            let rest = try await scene.list("--trash", "--after", first.last?.text("id") ?? "")
            #expect(all.count == 2 && first + rest == all)
            _ = try await tool.json("mailbox", "restore", "--account", "Acme", scene.world.mailbox.id)
            #expect(try await tool.refusal("mailbox", "restore", "--account", "Acme", "9999") == "there is no mailbox 9999 in the trash")
            try await tool.expectUsageError("mailbox", "restore", "--account", "Acme", "9999", "--folder", "deleted")
        }
    }

    @Test func whatTheTrashHasLetGoIsGone() async throws {
        let clock = ManualClock(SystemClock().now)
        try await Self.run(clock: clock) { scene in
            let service = scene.server.service, box = scene.world.mailbox.id
            _ = try await service.mailboxes.remove(box, in: scene.world.account)
            clock.advance(by: 93 * 86_400)
            try await service.housekeeping.sweep()
            #expect(try await service.mailboxes.trash(of: scene.world.account, limit: 10).map(\.mailbox.id) == [box])
            clock.advance(by: 1)
            try await service.housekeeping.sweep()
            #expect(try await service.mailboxes.trash(of: scene.world.account, limit: 10).isEmpty)
            await #expect(throws: VoicemailError.notFound(id: box)) { try await service.mailboxes.restore(box, in: scene.world.account) }
        }
    }

    @Test func anotherAccountsMailboxIsNotFound() async throws {
        try await Self.run { scene in
            let service = scene.server.service, box = scene.world.mailbox.id
            let other = try await scene.server.makeAccount("Other")
            _ = try await service.mailboxes.remove(box, in: scene.world.account)
            #expect(try await service.mailboxes.trash(of: other, limit: 10).isEmpty)
            await #expect(throws: VoicemailError.notFound(id: box)) { try await service.mailboxes.restore(box, in: other) }
            let folder = [Violation(["folder"], .enumeration(["new", "saved"]))]
            await #expect(throws: VoicemailError.invalid(folder)) { try await service.mailboxes.restore(box, to: .deleted, in: scene.world.account) }
            #expect(try await service.mailboxes.trash(of: scene.world.account, limit: 10).count == 1)
        }
    }
}
