import Audio
import Foundation
import TestKit
import Testing
import Voicemail

/// Messages are filed, moved, deleted and brought back by command, while the server runs and sees it.
@Suite struct MessageChangeCommandTests {
    private struct Scene {
        let tool: Tool
        let server: TestServer
        let world: TestWorld
        let scratch: TemporaryDirectory

        func add(_ from: String = "7", mailbox: String = "3000", sound: [UInt8]? = nil) async throws -> String {
            let file = try scratch.write(sound ?? Sound.bytes(1, 1), to: "a.wav")
            return try await tool.json("message", "add", "--account", "Acme", "--mailbox", mailbox, "--from", from, file).text("id")
        }

        /// As a client of KAZOO sees it: nil where there is none.
        func folder(_ id: String) async throws -> String? {
            let seen = try await server.send("GET", world.boxPath + "/messages/" + id, token: world.token)
            return seen.status == 200 ? seen.data["folder"]?.string : nil
        }
    }

    private func run(_ body: @Sendable (Scene) async throws -> Void) async throws {
        try await TestServer.run(clock: ManualClock(SystemClock().now)) { server in
            try await TemporaryDirectory.run { scratch in
                let world = try await server.makeWorld()
                _ = try await server.makeMailbox("4000", in: world.account)
                try await body(Scene(tool: Tool(data: server.directory), server: server, world: world, scratch: scratch))
            }
        }
    }

    @Test func messagesAreFiledAndMoved() async throws {
        try await run { scene in
            let tool = scene.tool
            let one = try await scene.add(), two = try await scene.add(), three = try await scene.add()
            let filed = try await tool.json("message", "file", "--folder", "saved", one, String(two.suffix(32)))
            #expect(filed.array?.map { [$0["id"], $0["folder"]] } == [[.string(one), "saved"], [.string(two), "saved"]])
            #expect(try await scene.folder(one) == "saved")
            let moved = try await tool.json("message", "move", "--to", "4000", one, three)
            #expect(moved.array?.map { $0["was"] } == [.string(one), .string(three)])
            #expect(try await scene.folder(one) == nil)
            let there = try await tool.json("message", "list", "--account", "Acme", "--mailbox", "4000")
            #expect(Set(there.array?.map { $0.text("id") } ?? []) == Set(moved.array?.map { $0.text("id") } ?? []))
            // One that is not there stops all of it.
            #expect(try await tool.refusal("message", "file", "--folder", "new", two, one) == "there is no message \(one)")
            #expect(try await scene.folder(two) == "saved")
            #expect(try await tool.refusal("message", "move", "--to", "9", two) == "there is no mailbox 9 in the account")
            try await tool.expectUsageError("message", "file", "--folder", "inbox", two)
            try await tool.expectUsageError("message", "file", "--folder", "saved")
        }
    }

    @Test func whatIsDeletedIsInTheTrashAndComesBack() async throws {
        try await run { scene in
            let tool = scene.tool
            let sound = Sound.bytes(2, 5)
            let one = try await scene.add("1", sound: sound), two = try await scene.add("2"), other = try await scene.add("3", mailbox: "4000")
            _ = try await tool.json("message", "delete", one)
            _ = try await tool.json("message", "delete", two, other, "--yes")
            #expect(try await scene.folder(one) == nil)
            let trash = try await tool.json("message", "list", "--account", "Acme", "--trash")
            #expect(Set(trash.array?.map { $0.text("id") } ?? []) == [one, two, other])
            #expect(trash.array?.allSatisfy { !$0.text("deleted").isEmpty } == true)
            let paged = try await tool.json("message", "list", "--account", "Acme", "--trash", "--limit", "2")
            let rest = try await tool.json("message", "list", "--account", "Acme", "--trash", "--after", paged.array?.last?.text("id") ?? "")
            #expect((paged.array ?? []) + (rest.array ?? []) == trash.array)
            #expect(
                try await tool.json("message", "list", "--account", "Acme", "--mailbox", "3000", "--trash", "--from", "1").array?.map { $0.text("id") } == [one]
            )

            #expect(try await tool.json("message", "restore", one).array?.map { [$0["id"], $0["folder"]] } == [[.string(one), "saved"]])
            _ = try await tool.json("message", "restore", "--folder", "new", two)
            #expect(try await scene.folder(one) == "saved")
            #expect(try await scene.folder(two) == "new")
            #expect(try await scene.server.send("GET", scene.world.boxPath + "/messages/\(one)/raw", token: scene.world.token).bytes == sound)
            #expect(try await tool.json("mailbox", "show", "--account", "Acme", "3000")["saved"] == 1)
            // It is not told as a message that a caller has just left.
            let events = try await scene.server.service.store.read { try $0.events(after: 0, limit: 1000) }.filter { $0.kind == .messageStored }
            #expect(events.suffix(2).map(\.isAnnounced) == [false, false])
            #expect(try await tool.refusal("message", "restore", one) == "\(one) is not deleted")
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "4000", "--yes")
            #expect(
                try await tool.refusal("message", "restore", other)
                    == "the mailbox of \(other) is deleted; aftertone mailbox restore brings it back with its messages")
            // What a client has filed under deleted comes back too.
            _ = try await tool.json("message", "file", "--folder", "deleted", one)
            _ = try await tool.json("message", "restore", one)
            #expect(try await scene.folder(one) == "saved")
            #expect(try await tool("verify").status == 0)
        }
    }

    @Test func manyAreDeletedByFolderAndTime() async throws {
        try await run { scene in
            let tool = scene.tool
            var ids: [String] = []
            let now = SystemClock().now
            let file = try scene.scratch.write(Sound.bytes(1, 1), to: "a.wav")
            for days in 0..<4 {
                let at = now.advanced(by: -days * 86_400 - 60).iso8601
                ids.append(try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "7", "--at", at, file).text("id"))
            }
            _ = try await tool.json("message", "file", "--folder", "saved", ids[3])
            func left() async throws -> [String] { try await tool.json("message", "list", "--account", "Acme").array?.map { $0.text("id") } ?? [] }
            let yesterday = now.advanced(by: -86_400).iso8601
            #expect(try await tool.json("message", "list", "--account", "Acme", "--since", yesterday).array?.map { $0.text("id") } == [ids[0]])
            #expect(try await tool.json("message", "list", "--account", "Acme", "--folder", "saved").array?.map { $0.text("id") } == [ids[3]])
            _ = try await tool.json("message", "delete", "--account", "Acme", "--mailbox", "3000", "--folder", "new", "--until", yesterday, "--yes")
            #expect(try await left() == [ids[0], ids[3]])
            _ = try await tool.json("message", "delete", "--account", "Acme", "--mailbox", "3000", "--yes")
            #expect(try await left() == [])
            try await tool.expectUsageError("message", "delete")
            try await tool.expectUsageError("message", "delete", "--account", "Acme")
            try await tool.expectUsageError("message", "delete", ids[0], "--folder", "new")
        }
    }

    @Test func soundIsWrittenToAFile() async throws {
        try await run { scene in
            let tool = scene.tool
            let sound = try AudioSamples.murmur(seconds: 2).encoded(as: .mp3)
            let id = try await scene.add(sound: sound)
            let path = scene.scratch.path + "/out.mp3"
            #expect(try await tool.json("message", "play-to-file", id, path)["size"] == .int(sound.count))
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == sound)
            #expect(try await tool.refusal("message", "play-to-file", id, path) == "\(path) is there already; --force replaces it")
            _ = try await tool.json("message", "play-to-file", id, path, "--as", "wav", "--force")
            #expect(try Data(contentsOf: URL(filePath: path)).prefix(4) == Data("RIFF".utf8))
            let piped = try await Shell.run(
                "'\(CommandLineProgram.executable.path)' message play-to-file \(id) - --data '\(tool.data)' | cmp - '\(scene.scratch.path)/a.wav' && echo same\n",
                environment: ["PATH": "/usr/bin:/bin"], in: scene.scratch.path)
            #expect(piped.output == "same\n")
            #expect(try await tool.refusal("message", "play-to-file", id, "/nowhere/x.wav") == "/nowhere/x.wav cannot be written: No such file or directory")
            // Nothing half-made is left beside it.
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.scratch.path).filter { $0.hasSuffix(".partial") } == [])
            #expect(try await scene.folder(id) == "new")
        }
    }
}
