import Foundation
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

/// Damage that the test plants, found by `aftertone verify`.
@Suite struct VerifyCommandTests {
    @Test func soundDataHaveNoDamage() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 2)
            let found = try await tool.json("verify")
            #expect(found["ok"] == true)
            #expect(found["blobs"] == .int(world.blobs.count))
            #expect(found["damages"] == [])
            #expect(try await tool("verify").output == "no damage; 2 pieces of audio compared\n")
        }
    }

    @Test func everyKindOfDamageIsFoundAndNamed() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 4)
            let (missing, truncated, altered) = (world.blobs[0], world.blobs[1], world.blobs[2])
            try FileManager.default.removeItem(atPath: world.file(of: missing))
            try world.change(truncated) { $0.removeLast() }
            try world.change(altered) { $0[$0.count / 2] ^= 1 }
            let orphan = try world.plantOrphan()
            try await world.execute("UPDATE mailbox_tally SET new = new + 7")
            try await world.execute("UPDATE message_day SET count = count + 3")
            let account = try await tool.json("account", "show", "Acme").text("id")
            let outcome = try await tool("verify", "--json")
            #expect(outcome.status == 1)
            #expect(outcome.refusal == "6 damages found")
            let damages = outcome.json["damages"]?.array ?? []
            let whose = damages.filter { $0.text("kind").hasSuffix("ed_blob") }.compactMap { $0["belongs_to"]?.array?.first }
            #expect(whose.count == 2 && whose.allSatisfy { $0.text("mailbox_id") == world.box && $0.text("account_id") == account })
            #expect(
                Set(damages.map { $0.text("kind") + " " + $0.text("id") })
                    == [
                        "missing_blob \(missing)", "truncated_blob \(truncated)", "altered_blob \(altered)", "orphan_blob \(orphan)",
                        "wrong_counter \(world.box)",
                        "wrong_counter \(account)",
                    ])
            let lines = Set(try await tool("verify").output.split(separator: "\n").map(String.init))
            #expect(
                lines.contains {
                    $0.wholeMatch(of: /missing blob ([0-9a-f]+); it belongs to message [0-9]{6}-[0-9a-f]+ in mailbox 3000 One of account Acme/)?.1
                        == missing[...]
                })
            #expect(lines.contains("wrong counter of mailbox \(world.box): 11 new and 0 saved instead of 4 and 0"))
            #expect(lines.contains { $0.wholeMatch(of: /wrong counter of account (.+), messages of \d{4}-\d\d-\d\d: 7 instead of 4/)?.1 == account[...] })
            #expect(lines.count == 6)

            // A start removes the orphan and nothing else: audio that was just written may be about to get a row.
            let young = try world.plantOrphan(age: 3000)
            try await TestServer.run(in: tool.data, clock: ManualClock(SystemClock().now)) { _ in }
            let after = try await tool("verify", "--json")
            #expect(Set(after.json["damages"]?.array?.map { $0.text("kind") } ?? []) == ["missing_blob", "truncated_blob", "altered_blob", "wrong_counter"])
            #expect(after.json["arriving"] == 1)
            #expect(FileManager.default.fileExists(atPath: world.file(of: young)))
        }
    }

    /// Files that a killed server had ready for the next messages are no damage, and the next start removes them.
    @Test func whatACrashLeavesPreparedIsNoDamage() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 1)
            let server = try await ServerProcess.start(in: tool.data)
            let message = try scratch.write(Sound.bytes(1, 9), to: "more.wav")
            _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", message)
            server.kill()
            for _ in 0..<64 { #expect(FileManager.default.createFile(atPath: world.file(of: HexID.random()), contents: Data())) }
            let found = try await tool.json("verify")
            #expect(found["ok"] == true && found["damages"] == [] && found["blobs"] == 2 && found["arriving"] == 0)
            try await TestServer.run(in: tool.data, clock: ManualClock(SystemClock().now)) { server in
                try await server.service.archive.list { _, size in #expect(size > 0) }
            }
        }
    }

    @Test func aDamagedDatabaseIsSaidToBe() async throws {
        try await Tool.run { tool, scratch in
            _ = try await MaintenanceWorld.make(tool, scratch, messages: 1)
            let file = try FileHandle(forUpdating: URL(filePath: tool.data + "/aftertone.sqlite"))
            let size = try file.seekToEnd()
            for page in stride(from: UInt64(8192), to: size, by: 4096) {
                try file.seek(toOffset: page)
                try file.write(contentsOf: [UInt8](repeating: 0x5A, count: 4096))
            }
            try file.close()
            let outcome = try await tool("verify", "--json")
            #expect(outcome.status == 1)
            #expect(outcome.refusal != nil, "\(outcome.errors)")
        }
    }
}

/// A data directory with a mailbox of messages, made by the command line, and ways to spoil it.
struct MaintenanceWorld: Sendable {
    let data: String
    let box: String
    /// Each message's audio, by the names of its files.
    let blobs: [String]

    static func make(_ tool: Tool, _ scratch: TemporaryDirectory, messages: Int) async throws -> MaintenanceWorld {
        _ = try await tool.json("account", "create", "Acme")
        let box = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").text("id")
        for number in 0..<messages {
            let file = try scratch.write(Sound.bytes(1, number), to: "\(number).wav")
            _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", file)
        }
        let blobs = try FileManager.default.subpathsOfDirectory(atPath: tool.data + "/blobs").filter { $0.count == 35 }
        #expect(blobs.count == messages)
        return MaintenanceWorld(data: tool.data, box: box, blobs: blobs.map { String($0.dropFirst(3)) }.sorted())
    }

    func file(of blob: String, in data: String? = nil) -> String { "\(data ?? self.data)/blobs/\(blob.prefix(2))/\(blob)" }

    func change(_ blob: String, in data: String? = nil, _ body: (inout Data) -> Void) throws {
        let url = URL(filePath: file(of: blob, in: data))
        var bytes = try Data(contentsOf: url)
        body(&bytes)
        // In place of the file, which a backup may share.
        try FileManager.default.removeItem(at: url)
        try bytes.write(to: url)
    }

    /// Audio that nothing names.
    /// - Parameter age: seconds.
    func plantOrphan(age: Int = 2 * 3600) throws -> String {
        let id = HexID.random()
        try Data("lost".utf8).write(to: URL(filePath: file(of: id)))
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -Double(age))], ofItemAtPath: file(of: id))
        return id
    }

    func execute(_ sql: String) async throws {
        let store = try SQLiteStore(path: data + "/aftertone.sqlite", options: StoreOptions(readers: 1))
        _ = try await store.transaction { try $0.execute(sql) }
        try store.close()
    }
}
