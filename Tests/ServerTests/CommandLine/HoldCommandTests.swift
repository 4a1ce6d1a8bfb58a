import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone hold` and `aftertone retention preview`.
@Suite struct HoldCommandTests {
    private static func run(_ body: @Sendable (Tool, _ sound: String) async throws -> Void) async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = scratch.path + "/a.wav"
            try Data(Sound.bytes(1, 1)).write(to: URL(filePath: sound))
            try await body(tool, sound)
        }
    }

    @Test func whatIsHeldIsListedAndNotDeletedUntilTheHoldIsLifted() async throws {
        try await Self.run { tool, sound in
            let message = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "1", sound).text("id")
            let recording = try await tool.json("recording", "add", "--account", "Acme", "--from", "1", "--to", "2", sound).text("id")
            let hold = try await tool.json("hold", "add", "--account", "Acme", "--message", message, "--reason", "case 12")
            #expect(hold["subject"] == "message" && hold["reason"] == "case 12" && message.hasSuffix(hold.text("subject_id")))
            _ = try await tool.json("hold", "add", "--account", "Acme", "--recording", recording, "--reason", "case 13")
            let box = try await tool.json("hold", "add", "--account", "Acme", "--mailbox", "3000", "--reason", "case 14")
            let listed = try await tool.json("hold", "list")
            #expect(listed.array?.map { $0.text("reason") } == ["case 12", "case 13", "case 14"])
            let first = try await tool.json("hold", "list", "--account", "Acme", "--limit", "1")
            #expect(first.array?.map { $0["id"] } == [hold["id"]])

            let one = try await tool("message", "delete", message)
            #expect(one.status == 1 && one.refusal?.hasSuffix("is under legal hold") == true, "\(one.errors)")
            for command in [
                ["mailbox", "delete", "--account", "Acme", "3000", "--yes"], ["account", "delete", "Acme", "--yes"],
                ["recording", "delete", "--account", "Acme", recording, "--yes"],
            ] {
                let outcome = try await CommandLineProgram.run(command + ["--data", tool.data])
                #expect(outcome.status == 1 && outcome.refusal?.contains("under legal hold") == true, "\(command) \(outcome.errors)")
            }
            for id in listed.array?.map({ $0.text("id") }) ?? [] { _ = try await tool.json("hold", "remove", id) }
            #expect(try await tool.json("hold", "list").array == [])
            #expect(try await tool.refusal("hold", "remove", box.text("id")) == "there is no hold \(box.text("id"))")
            _ = try await tool.json("account", "delete", "Acme", "--yes")
        }
    }

    @Test func whatIsDeletedCanBeHeldInTheTrash() async throws {
        try await Self.run { tool, sound in
            let message = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "1", sound).text("id")
            _ = try await tool.json("message", "delete", message)
            let hold = try await tool.json("hold", "add", "--account", "Acme", "--message", message, "--reason", "x")
            #expect(hold["subject"] == "message")
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "3001", "--name", "Two")
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3001")
            let box = try await tool.json("hold", "add", "--account", "Acme", "--mailbox", "3001", "--reason", "x")
            #expect(box["subject"] == "mailbox")
        }
    }

    @Test func whatIsNotThereOrSaysNoReasonIsRefused() async throws {
        try await Self.run { tool, _ in
            for (option, refusal) in [
                ("--mailbox", "there is no mailbox x in the account"), ("--message", "there is no message x"),
                ("--recording", "there is no recording x in the account"),
            ] {
                #expect(try await tool.refusal("hold", "add", "--account", "Acme", option, "x", "--reason", "r") == refusal)
            }
            try await tool.expectUsageError("hold", "add", "--account", "Acme", "--message", "x", "--mailbox", "3000", "--reason", "r")
            try await tool.expectUsageError("hold", "add", "--account", "Acme", "--reason", "")
            try await tool.expectUsageError("hold", "add", "--account", "Acme")
            try await tool.expectUsageError("hold", "list", "--limit", "0")
        }
    }

    @Test func thePreviewSaysWhatGoesAndWhenAndRemovesNothing() async throws {
        try await Self.run { tool, sound in
            let old = "2001-02-03T04:05:06Z"
            let message = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "1", "--at", old, sound).text("id")
            let recording = try await tool.json("recording", "add", "--account", "Acme", "--from", "1", "--to", "2", "--at", old, sound).text("id")
            _ = try await tool.json("mailbox", "update", "--account", "Acme", "3000", "--keep-message-days", "7", "--keep-messages", "50")
            _ = try await tool.json("account", "update", "Acme", "--recording-days", "3", "--keep-message-days", "30", "--keep-message-bytes", "1000000")
            _ = try await tool.json("hold", "add", "--account", "Acme", "--recording", recording, "--reason", "x")
            #expect(try await tool.json("retention", "preview").array == [])
            let due = try await tool.json("retention", "preview", "--account", "Acme", "--within", "8")
            #expect(
                due.array?.map { [$0.text("kind"), $0.text("id"), $0.text("reason")] } == [
                    ["recording", recording, "older than 3 days"], ["message", message, "older than 7 days"],
                ])
            #expect(due.array?.map { $0["held"] } == [true, false])
            #expect(try await tool.json("message", "list", "--account", "Acme", "--mailbox", "3000").array?.count == 1)
            try await tool.expectUsageError("retention", "preview", "--within", "-1")
            try await tool.expectUsageError("mailbox", "update", "--account", "Acme", "3000", "--keep-messages", "many")
            #expect(try await tool.refusal("mailbox", "update", "--account", "Acme", "3000", "--keep-messages", "0") != nil)
        }
    }
}
