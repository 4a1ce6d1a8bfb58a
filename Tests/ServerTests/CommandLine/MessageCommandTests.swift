import Audio
import Foundation
import TestKit
import Testing
import Voicemail

@Suite struct MessageCommandTests {
    @Test func addedMessagesAreServed() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                let tool = Tool(data: server.directory)
                let world = try await server.makeWorld()
                let sound = try AudioSamples.murmur(seconds: 2.25).encoded(as: .mp3)
                // What it is, decoding says, not the name.
                let file = try scratch.write(sound, to: "b\u{F6}se \"name\".wav")
                let added = try await tool.json(
                    "message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", "--name", "Bob <b@x>", "--at",
                    "2016-05-10T01:18:42+01:00", file)
                #expect(added["timestamp"] == "2016-05-10T00:18:42Z")
                #expect(added.text("id").hasPrefix("201605-"))
                #expect(added["id"] == added["media_id"])
                #expect(added["content_type"] == "audio/mpeg")
                #expect(abs((added["length_ms"]?.int ?? 0) - 2250) < 100)
                let path = "\(world.boxPath)/messages/\(added.text("media_id"))"
                let seen = try await server.send("GET", path, token: world.token)
                #expect(seen.data["caller_id_name"] == "Bob <b@x>")
                #expect(seen.data["length"] == added["length_ms"])
                #expect(try await server.send("GET", path + "/raw", token: world.token).bytes == sound)
                #expect(try await server.send("GET", world.boxPath, token: world.token).status == 200)
            }
        }
    }

    @Test func onlyWithNotifyIsItNews() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            try await TemporaryDirectory.run { scratch in
                let tool = Tool(data: server.directory)
                _ = try await server.makeWorld()
                let file = try scratch.write(try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), to: "a.wav")
                _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "1", file)
                _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2", "--notify", file)
                let events = try await server.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }
                #expect(events.map(\.isAnnounced) == [false, true])
            }
        }
    }

    @Test func listAndShow() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "4000", "--name", "Two")
            let file = try scratch.write(try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), to: "a.wav")
            var ids: [String] = []
            for (box, day) in [("3000", 1), ("3000", 3), ("4000", 2)] {
                let added = try await tool.json(
                    "message", "add", "--account", "Acme", "--mailbox", box, "--from", "7", "--at", "2026-01-0\(day)T00:00:00Z", file)
                ids.append(added.text("id"))
            }
            func listed(_ arguments: [String]) async throws -> [String] {
                let outcome = try await CommandLineProgram.run(["message", "list", "--account", "Acme", "--json", "--data", tool.data] + arguments)
                return outcome.json.array?.map { $0.text("id") } ?? []
            }
            #expect(try await listed([]) == [ids[1], ids[2], ids[0]])
            #expect(try await listed(["--mailbox", "3000"]) == [ids[1], ids[0]])
            let shown = try await tool.json("message", "show", "--account", "Acme", "--mailbox", "3000", ids[0])
            #expect(shown["length_ms"] == 1000)
            #expect(shown["from"] == "7@acme.example")
            #expect(try await tool.json("message", "show", String(ids[0].suffix(32)))["id"] == .string(ids[0]))
            #expect(
                try await tool.refusal("message", "show", "--account", "Acme", "--mailbox", "4000", ids[0]) == "there is no message \(ids[0]) in the mailbox")
            let wrongMonth = "202502-" + ids[0].suffix(32)
            #expect(try await tool.refusal("message", "show", wrongMonth) == "there is no message \(wrongMonth)")
            let text = try await tool("message", "list", "--account", "Acme")
            #expect(text.output.split(separator: "\n").count == 4)
        }
    }

    @Test func whatIsRefusedStoresNothing() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let good = try scratch.write(try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16), to: "a.wav")
            let text = try scratch.write("this is no sound", to: "text.wav"), empty = try scratch.write("", to: "empty.wav")
            #expect(try await add(tool, text)?.hasPrefix("no decoder accepts \(text); what is taken: WAV (") == true)
            #expect(try await add(tool, empty)?.hasPrefix("no decoder accepts \(empty); what is taken: WAV (") == true)
            #expect(try await add(tool, "/nowhere.wav") == "there is no file /nowhere.wav")
            #expect(try await add(tool, scratch.path) == "\(scratch.path) is no regular file")
            #expect(try await add(tool, "/dev/zero") == "/dev/zero is no regular file")
            #expect(try await add(tool, good, mailbox: "9") == "there is no mailbox 9 in the account")
            #expect(try await tool.json("message", "list", "--account", "Acme") == [])
            #expect(try tool.blobCount == 0)
        }
    }

    @Test func theLimitOfAudioHolds() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16)
            let file = try scratch.write(sound, to: "a.wav")
            func add(limit: Int) async throws -> CommandLineProgram.Outcome {
                try await CommandLineProgram.run(
                    ["message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "7", file, "--data", tool.data],
                    environment: ["AFTERTONE_LIMITS_AUDIO_BYTES": String(limit)])
            }
            #expect(try await add(limit: sound.count - 1).refusal == "the audio is larger than \(sound.count - 1) bytes")
            #expect(try tool.blobCount == 0)
            #expect(try await add(limit: sound.count).status == 0)
            #expect(try tool.blobCount == 1)
        }
    }

    @Test func wrongUsage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("message", "add", "--account", "A", "--mailbox", "1", "--from", "2")
            for time in ["yesterday", "2016-05-10", "2016-13-10T00:00:00Z", "99999-01-01T00:00:00Z", ""] {
                try await tool.expectUsageError("message", "add", "--account", "A", "--mailbox", "1", "--from", "2", "--at", time, "a.wav")
            }
            try await tool.expectUsageError("message", "show", "--mailbox", "1", "x")
            try await tool.expectUsageError("message", "list")
        }
    }

    private func add(_ tool: Tool, _ file: String, mailbox: String = "3000", _ more: String...) async throws -> String? {
        let outcome = try await CommandLineProgram.run(
            ["message", "add", "--account", "Acme", "--mailbox", mailbox, "--from", "7", file, "--data", tool.data] + more)
        #expect(outcome.status == 1)
        return outcome.refusal
    }
}
