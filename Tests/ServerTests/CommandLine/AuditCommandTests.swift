import Foundation
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

/// `aftertone audit`.
@Suite struct AuditCommandTests {
    private static func run(_ body: @Sendable (TestServer, TestWorld, Tool, [Message]) async throws -> Void) async throws {
        try await TemporaryDirectory.run { scratch in
            try await TestServer.run(in: scratch.path + "/data", clock: ManualClock(SystemClock().now)) { server in
                let world = try await server.makeWorld(), tool = Tool(data: server.directory)
                var left: [Message] = []
                for number in ["4711", "=1+1"] { left.append(try await server.leave(MessageDraft(callerNumber: number), in: world.mailbox, of: world.account)) }
                for message in left { _ = try await tool.json("message", "delete", message.monthID) }
                try await body(server, world, tool, left)
            }
        }
    }

    @Test func whatWasDoneIsListedByWhoWhatAndWhen() async throws {
        try await Self.run { _, world, tool, left in
            let removed = try await tool.json("audit", "list", "--account", "Acme", "--action", "message_removed")
            #expect(removed.array?.map { $0.text("subject") } == left.map(\.id))
            #expect(removed.array?.first?["texts"] == ["number": "4711"])
            #expect(removed.array?.first?.text("actor").hasPrefix("command ") == true)
            let one = try await tool.json("audit", "list", "--subject", left[1].id, "--actor", "command")
            #expect(one.array?.count == 1)
            #expect(try await tool.json("audit", "list", "--actor", "kazoo").array == [])
            #expect(try await tool.json("audit", "list", "--until", "2001-01-01T00:00:00Z").array == [])
            #expect(try await tool.json("audit", "list", "--limit", "1").array?.count == 1)
            #expect(try await tool.refusal("audit", "list", "--account", "Nobody") == "there is no account Nobody")
            try await tool.expectUsageError("audit", "list", "--action", "nothing")
            try await tool.expectUsageError("audit", "list", "--limit", "0")
            // The log of an account outlives it.
            _ = try await tool.json("account", "delete", "Acme", "--yes")
            let gone = try await tool.json("audit", "list", "--account", world.account.id, "--action", "account_removed")
            #expect(gone.array?.count == 1)
        }
    }

    @Test func itIsExportedAsLinesOfJSONAndAsCSVWithoutFormulas() async throws {
        try await Self.run { _, _, tool, left in
            let lines = try await tool("audit", "export", "--action", "message_removed").output.split(separator: "\n")
            #expect(try lines.map { try JSON.parse(String($0)).text("subject") } == left.map(\.id))
            let csv = try await tool("audit", "export", "--as", "csv", "--action", "message_removed").output.split(separator: "\r\n")
            #expect(csv.first == "id,created,account_id,action,actor,subjects,details,texts,batch" && csv.count == 3)
            #expect(csv.last?.contains("\"message_removed\"") == true && csv.last?.contains("\(left[1].id) ") == true)
            try await tool.expectUsageError("audit", "export", "--as", "xml")
        }
    }

    @Test func whoChangesAnEntryIsFoundOut() async throws {
        try await Self.run { server, world, tool, _ in
            try await server.service.audit.seal()
            let good = try await tool.json("audit", "verify")
            #expect(good["batches"]?.int ?? 0 >= 1 && good["faults"] == [])
            // As somebody would who has the file.
            let store = try SQLiteStore(path: server.directory + "/aftertone.sqlite", options: StoreOptions(readers: 1))
            for statement in ["UPDATE audit_entry SET actor = 'somebody'", "DELETE FROM audit_entry", "DELETE FROM audit_batch"] {
                await #expect(throws: StoreError.self) { _ = try await store.transaction { writer in try writer.execute(statement) } }
            }
            for statement in ["DROP TRIGGER audit_entry_stays", "UPDATE audit_entry SET actor = 'somebody' WHERE action = 'message_removed'"] {
                _ = try await store.transaction { writer in try writer.execute(statement) }
            }
            try store.close()
            let outcome = try await tool("audit", "verify", "--account", "Acme")
            #expect(outcome.status == 1 && outcome.refusal == "the audit log is not what was sealed")
            #expect(outcome.output.contains("account \(world.account.id), batch 1: its entries are not what was sealed"))
        }
    }

    @Test func aBackupIsNotedAndHasItsNote() async throws {
        try await Self.run { _, _, tool, _ in
            let target = tool.data + "-copy"
            #expect(try await tool("backup", target).status == 0)
            for data in [tool.data, target] {
                let noted = try await CommandLineProgram.run(["audit", "list", "--action", "backed_up", "--data", data, "--json"])
                #expect(noted.json.array?.map { $0.text("account_id") } == [""], "\(noted.errors)")
            }
        }
    }
}
