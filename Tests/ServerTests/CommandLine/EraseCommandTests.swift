import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone erase`.
@Suite struct EraseCommandTests {
    private static func run(_ body: @Sendable (Tool, _ message: String, _ recording: String) async throws -> Void) async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = scratch.path + "/a.wav"
            try Data(Sound.bytes(1, 1)).write(to: URL(filePath: sound))
            let message = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "4711", sound).text("id")
            let recording = try await tool.json("recording", "add", "--account", "Acme", "--from", "1", "--to", "4711", sound).text("id")
            _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "4712", sound)
            try await body(tool, message, recording)
        }
    }

    @Test func whatThereIsOfACallerIsShownThenRemovedAndBackupsAreNamed() async throws {
        try await Self.run { tool, message, recording in
            let shown = try await tool.json("erase", "--number", "4711", "--dry-run")
            #expect(shown["removed"] == false && shown["messages"] == 1 && shown["recordings"] == 1 && shown["backups"]?.isNull == true)
            #expect(shown["accounts"]?.array?.first?["message_ids"] == [.string(message)])
            #expect(try tool.blobCount == 3)
            #expect(try await tool.refusal("erase", "--number", "4711")?.hasSuffix("of 4711 for good; say --yes if that is meant") == true)
            let erased = try await tool.json("erase", "--number", "4711", "--account", "Acme", "--yes")
            #expect(erased["removed"] == true && erased["accounts"]?.array?.first?["recording_ids"] == [.string(recording)])
            #expect(erased.text("backups").hasPrefix("backups made before "))
            #expect(try tool.blobCount == 1)
            #expect(try await tool("verify").status == 0)
            let nothing = try await tool.json("erase", "--number", "4711")
            #expect(nothing["removed"] == false && nothing["messages"] == 0 && nothing["accounts"] == [])
        }
    }

    @Test func whatIsHeldIsNotErased() async throws {
        try await Self.run { tool, message, _ in
            _ = try await tool.json("hold", "add", "--account", "Acme", "--message", message, "--reason", "x")
            #expect(try await tool.refusal("erase", "--number", "4711", "--yes")?.hasPrefix("\(message) is under legal hold") == true)
            #expect(try tool.blobCount == 3)
            try await tool.expectUsageError("erase", "--number", "")
            #expect(try await tool.refusal("erase", "--number", "1", "--account", "Nobody") == "there is no account Nobody")
        }
    }
}
