import FileArchive
import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// `aftertone backup` and `aftertone restore`, whole and with what can be wrong with a backup.
@Suite struct BackupCommandTests {
    @Test func whatIsRestoredIsWhatWasThere() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 3)
            let backup = scratch.path + "/backup", restored = Tool(data: scratch.path + "/restored")
            let made = try await TestServer.run(in: tool.data, clock: ManualClock(SystemClock().now)) { _ in
                // While the server runs.
                try await tool.json("backup", backup)
            }
            #expect(made["blobs"] == 3)
            let done = try await restored.json("restore", backup)
            #expect(done["blobs"] == 3)
            #expect(try await restored.json("verify")["ok"] == true)
            #expect(
                try await restored.json("message", "list", "--account", "Acme", "--mailbox", "3000")
                    == tool.json("message", "list", "--account", "Acme", "--mailbox", "3000"))
            for blob in world.blobs {
                #expect(try Data(contentsOf: URL(filePath: world.file(of: blob))) == Data(contentsOf: URL(filePath: world.file(of: blob, in: restored.data))))
            }
            #expect(try Data(contentsOf: URL(filePath: tool.data + "/secret.key")) == Data(contentsOf: URL(filePath: restored.data + "/secret.key")))
            // What is there already is not written over.
            #expect(try await restored.refusal("restore", backup) == "\(restored.data) holds data already")
            #expect(try await tool.refusal("backup", backup) == "\(backup) is not empty")
        }
    }

    /// Audio fetched in a round whose database was given up, because something was removed meanwhile.
    @Test func audioOfAnEarlierRoundIsNotInTheBackup() async throws {
        try await Tool.run { tool, scratch in
            _ = try await MaintenanceWorld.make(tool, scratch, messages: 2)
            let backup = scratch.path + "/backup", restored = Tool(data: scratch.path + "/restored")
            let left = BlobID()
            try await TestServer.run(in: tool.data, clock: ManualClock(SystemClock().now)) { server in
                let summary = try await Backup(of: server.installation, to: backup) { progress in
                    guard progress.stage == "audio" else { return }
                    let path = backup + "/blobs/" + FileArchive.relativePath(of: left)
                    #expect(FileManager.default.createFile(atPath: path, contents: Data([1])))
                }.run()
                #expect(summary.blobs == 2 && summary.damages.isEmpty)
            }
            #expect(!FileManager.default.fileExists(atPath: backup + "/blobs/" + FileArchive.relativePath(of: left)))
            #expect(try await restored.json("restore", backup)["blobs"] == 2)
        }
    }

    @Test func damageIsToldByTheBackupThatFindsIt() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 3)
            try FileManager.default.removeItem(atPath: world.file(of: world.blobs[0]))
            try world.change(world.blobs[1]) { $0[100] ^= 1 }
            let outcome = try await tool("backup", scratch.path + "/backup", "--json")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("2 "), "\(outcome.errors)")
            // It is a backup of what is there nevertheless, and whoever restores it is told whose audio is damaged.
            let restored = Tool(data: scratch.path + "/restored")
            let done = try await restored("restore", scratch.path + "/backup", "--json")
            #expect(done.status == 1)
            #expect(done.refusal == "everything in the backup is restored, but it was made with 2 pieces of audio damaged")
            #expect(done.json["blobs"] == 2)
            let told = (done.json["damages"]?.array ?? []).map { $0.text("kind") + " " + $0.text("id") }
            #expect(Set(told) == ["missing_blob \(world.blobs[0])", "altered_blob \(world.blobs[1])"])
            let lines = [done, outcome].map { Set(($0.json["damages"]?.array ?? []).map { $0.text("text") }) }
            #expect(lines[0] == lines[1])
            #expect(done.json["damages"]?.array?.allSatisfy { $0.text("text").hasSuffix(" in mailbox 3000 One of account Acme") } == true)
            #expect(try await restored("verify").status == 1)
        }
    }

    @Test func aPlaceWithoutABackupIsSaidToBe() async throws {
        try await Tool.run { tool, scratch in
            #expect(try await tool.refusal("restore", scratch.path + "/none") == "there is no directory \(scratch.path)/none")
            let empty = scratch.path + "/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
            #expect(try await tool.refusal("restore", empty) == "there is no whole backup in \(empty): manifest is missing")
            #expect(!FileManager.default.fileExists(atPath: tool.data))
        }
    }

    /// What cannot be read is no reason to leave the rest without a backup.
    @Test func aDirectoryInPlaceOfAudioIsToldAndTheRestGoesOn() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 3)
            try FileManager.default.removeItem(atPath: world.file(of: world.blobs[1]))
            try FileManager.default.createDirectory(atPath: world.file(of: world.blobs[1]), withIntermediateDirectories: false)
            let verified = try await tool("verify", "--json")
            #expect(verified.status == 1 && verified.json["blobs"] == 3)
            #expect((verified.json["damages"]?.array ?? []).map { $0.text("kind") + " " + $0.text("id") } == ["unreadable_blob \(world.blobs[1])"])
            let backup = scratch.path + "/backup"
            let made = try await tool("backup", backup, "--json")
            #expect(made.status == 1 && made.json["blobs"] == 2)
            #expect(made.json["damages"]?.array?.map { $0.text("kind") } == ["unreadable_blob"])
            let restored = Tool(data: scratch.path + "/restored")
            let done = try await restored("restore", backup, "--json")
            #expect(done.status == 1 && done.json["blobs"] == 2)
            #expect(done.json["damages"]?.array?.map { $0.text("id") } == [world.blobs[1]])
        }
    }

    /// Killed when each of these has come into being, a restore can be begun again.
    @Test(arguments: ["restoring", "blobs", "blobs/80", "blobs/ff", "secret.key", "aftertone.sqlite", "aftertone.sqlite-wal", "format"])
    func aKilledRestoreIsBegunAgain(_ moment: String) async throws {
        try await Tool.run { tool, scratch in
            _ = try await MaintenanceWorld.make(tool, scratch, messages: 3)
            let backup = scratch.path + "/backup", restored = Tool(data: scratch.path + "/restored")
            _ = try await tool.json("backup", backup)
            let status = try await CommandLineProgram.running(["restore", backup, "--data", restored.data]) { program in
                // Looks again and again: the process writes on meanwhile.
                while !FileManager.default.fileExists(atPath: restored.data + "/" + moment), try !Self.hasEnded(program.id) { await Task.yield() }
                program.send(SIGKILL)
                return await program.status()
            }
            #expect(status == -SIGKILL || status == 0)
            if FileManager.default.fileExists(atPath: restored.data + "/format") {
                #expect(try await restored.refusal("restore", backup) == "\(restored.data) holds data already")
            } else {
                // Nobody takes it for data meanwhile.
                #expect(
                    try await restored.refusal("account", "list")
                        == "\(restored.data) is being restored, or a restore was cut off: run `aftertone restore` again")
                #expect(try await restored.json("restore", backup)["blobs"] == 3)
            }
            #expect(try await restored.json("verify")["blobs"] == 3)
            #expect(!FileManager.default.fileExists(atPath: restored.data + "/restoring") || status == -SIGKILL)
        }
    }

    /// The mark of a restore is no licence to remove what is somebody else's.
    @Test func whatIsNoRestoresIsNotClearedAway() async throws {
        try await Tool.run { tool, scratch in
            _ = try await MaintenanceWorld.make(tool, scratch, messages: 1)
            let backup = scratch.path + "/backup", restored = Tool(data: scratch.path + "/restored")
            _ = try await tool.json("backup", backup)
            try FileManager.default.createDirectory(atPath: restored.data, withIntermediateDirectories: false)
            for name in ["restoring", "aftertone.sqlite", "diary.txt"] { _ = try scratch.write("x", to: "restored/" + name) }
            #expect(try await restored.refusal("restore", backup)?.hasSuffix("it holds diary.txt") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: restored.data).count == 3)
            try FileManager.default.removeItem(atPath: restored.data + "/diary.txt")
            #expect(try await restored.json("restore", backup)["blobs"] == 1)
            #expect(!FileManager.default.fileExists(atPath: restored.data + "/restoring"))
        }
    }

    @Test func aBackupThatIsNotAsItsManifestSaysIsRefused() async throws {
        try await Tool.run { tool, scratch in
            let world = try await MaintenanceWorld.make(tool, scratch, messages: 2)
            let backup = scratch.path + "/backup", spoiled = scratch.path + "/spoiled"
            _ = try await tool.json("backup", backup)
            let blob = world.blobs[0], files = FileManager.default
            let spoilers: [(String, @Sendable (String) throws -> Void)] = [
                ("altered", { try world.change(blob, in: $0) { $0[50] ^= 1 } }),
                ("truncated", { try world.change(blob, in: $0) { $0.removeLast() } }),
                ("missing", { try FileManager.default.removeItem(atPath: world.file(of: blob, in: $0)) }),
                ("extra blob", { try Data().write(to: URL(filePath: $0 + "/blobs/00/" + HexID.random())) }),
                ("extra file", { try Data().write(to: URL(filePath: $0 + "/readme")) }),
                ("no manifest", { try FileManager.default.removeItem(atPath: $0 + "/manifest") }),
                ("half a manifest", { try Self.halve($0 + "/manifest") }),
                ("another key", { try Data(count: 32).write(to: URL(filePath: $0 + "/secret.key")) }),
                ("linked format", { try Self.link($0 + "/format", to: "/etc/passwd") }),
                ("linked audio", { try Self.link(world.file(of: blob, in: $0), to: world.file(of: blob)) }),
                ("linked manifest", { try Self.link($0 + "/manifest", to: backup + "/manifest") }),
            ]
            for (name, spoil) in spoilers {
                try files.copyItem(atPath: backup, toPath: spoiled)
                try spoil(spoiled)
                let target = Tool(data: scratch.path + "/targets/target")
                let refusal = try await target.refusal("restore", spoiled)
                #expect(refusal?.isEmpty == false, "\(name)")
                #expect(refusal?.contains("root:") != true, "\(name)")
                #expect(!files.fileExists(atPath: scratch.path + "/targets"), "\(name)")
                // One that was there stays, as empty as it was.
                let made = Tool(data: scratch.path + "/made")
                try files.createDirectory(atPath: made.data, withIntermediateDirectories: true)
                _ = try await made.refusal("restore", spoiled)
                #expect(try files.contentsOfDirectory(atPath: made.data) == [], "\(name)")
                try files.removeItem(atPath: spoiled)
            }
        }
    }

    @Test func oneWithinTheOtherIsRefused() async throws {
        try await Tool.run { tool, scratch in
            _ = try await MaintenanceWorld.make(tool, scratch, messages: 1)
            try FileManager.default.createSymbolicLink(atPath: scratch.path + "/alias", withDestinationPath: tool.data)
            for destination in [tool.data + "/backup", scratch.path + "/alias/deep/backup"] {
                #expect(try await tool.refusal("backup", destination) == "\(destination) is within the data directory")
            }
            #expect(try await tool.json("verify")["ok"] == true)
            let backup = scratch.path + "/backup"
            _ = try await tool.json("backup", backup)
            let inner = Tool(data: backup + "/data")
            #expect(try await inner.refusal("restore", backup) == "\(inner.data) and \(backup) are one in the other")
            #expect(!FileManager.default.fileExists(atPath: inner.data))
        }
    }

    private static func hasEnded(_ id: pid_t) throws -> Bool {
        guard let facts = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
        return facts.contains(") Z ")
    }

    private static func link(_ path: String, to target: String) throws {
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    private static func halve(_ path: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path))
    }
}
