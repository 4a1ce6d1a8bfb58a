import Audio
import Foundation
import HTTPFront
import TestKit
import Testing
import Voicemail

@Suite struct RecordingAndGreetingCommandTests {
    @Test func recordingsAreShownExportedAndDeleted() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            let sounds = (0..<3).map { Sound.bytes(1, $0) }
            var ids: [String] = []
            for (index, sound) in sounds.enumerated() {
                let file = try scratch.write(sound, to: "r\(index).wav")
                let at = "2026-01-0\(index + 1)T10:00:00Z"
                ids.append(try await tool.json("recording", "add", "--account", "Acme", "--from", "10\(index)", "--to", "200", "--at", at, file).text("id"))
            }
            func listed(_ more: String...) async throws -> [String] {
                let outcome = try await CommandLineProgram.run(["recording", "list", "--account", "Acme", "--json", "--data", tool.data] + more)
                return outcome.json.array?.map { $0.text("id") } ?? []
            }
            #expect(try await listed() == ids)
            #expect(try await listed("--limit", "1", "--skip", "1") == [ids[1]])
            #expect(try await listed("--limit", "1", "--after", ids[0]) == [ids[1]])
            #expect(try await listed("--after", ids[0]) == Array(ids[1...]))
            #expect(try await listed("--after", ids[2]) == [])
            #expect(try await listed("--after", ids[0], "--from", "102") == [ids[2]])
            #expect(try await listed("--after", ids[0], "--since", "2026-01-03T00:00:00Z") == [ids[2]])
            let unknown = String(repeating: "0", count: 32)
            #expect(
                try await tool.refusal("recording", "list", "--account", "Acme", "--after", unknown) == "there is no recording \(unknown) in the account")
            #expect(try await listed("--since", "2026-01-02T00:00:00Z", "--until", "2026-01-02T23:00:00Z") == [ids[1]])
            #expect(try await listed("--from", "102") == [ids[2]])
            #expect(try await listed("--to", "201") == [])
            let shown = try await tool.json("recording", "show", "--account", "Acme", ids[0])
            for name in [shown.text("name"), shown.text("uid")] {
                #expect(try await tool.json("recording", "show", "--account", "Acme", name)["id"] == .string(ids[0]))
            }
            let path = scratch.path + "/out.wav"
            _ = try await tool.json("recording", "export", "--account", "Acme", ids[0], path)
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == sounds[0])
            _ = try await tool.json("recording", "export", "--account", "Acme", ids[0], path, "--as", "mp3", "--force")
            #expect(try Data(contentsOf: URL(filePath: path)).prefix(4) != Data("RIFF".utf8))
            #expect(
                try await tool.refusal("recording", "delete", "--account", "Acme", ids[0], ids[1])
                    == "this deletes 2 recordings for good; say --yes if that is meant")
            _ = try await tool.json("recording", "delete", "--account", "Acme", ids[0], ids[1], "--yes")
            #expect(try await listed() == [ids[2]])
            #expect(try await tool.refusal("recording", "show", "--account", "Acme", ids[0]) == "there is no recording \(ids[0]) in the account")
        }
    }

    @Test func greetingsAreAddedUsedAndDeleted() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                let tool = Tool(data: server.directory)
                let world = try await server.makeWorld()
                let file = try scratch.write(Sound.bytes(1, 1), to: "away.wav")
                let box = ["--account", "Acme", "--mailbox", "3000"]
                func greetings(_ arguments: [String]) async throws -> JSON {
                    let outcome = try await CommandLineProgram.run(["greeting"] + arguments + ["--json", "--data", tool.data])
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return outcome.json
                }
                let added = try await greetings(["add"] + box + [file, "--use"])
                #expect(added["name"] == "away.wav")
                func inForce() async throws -> String? {
                    let mailbox = try await server.service.mailboxes.find(world.mailbox.id, of: world.account)
                    return try await server.service.greetings.inForce(of: mailbox)?.fileName
                }
                #expect(try await inForce() == "away.wav")
                _ = try await greetings(["add"] + box + [file, "--name", "night.wav"])
                #expect(try await greetings(["list"] + box).array?.map { [$0["name"], $0["in_use"]] } == [["night.wav", false], ["away.wav", true]])
                _ = try await greetings(["use"] + box + ["night.wav"])
                #expect(try await inForce() == "night.wav")
                _ = try await greetings(["use"] + box + ["--standard"])
                #expect(try await inForce() == nil)
                _ = try await tool.json("mailbox", "update", "--account", "Acme", "3000", "--greeting", "away.wav")
                #expect(try await inForce() == "away.wav")
                #expect(
                    try await tool.refusal("greeting", "add", "--account", "Acme", "--mailbox", "3000", file)
                        == "there is a greeting away.wav already; --replace takes its place")
                _ = try await greetings(["add"] + box + [file, "--replace"])
                _ = try await greetings(["delete"] + box + ["away.wav"])
                #expect(try await inForce() == nil)
                #expect(
                    try await tool.refusal("greeting", "use", "--account", "Acme", "--mailbox", "3000", "away.wav") == "there is no greeting away.wav there")
                // Without a mailbox they are the account's prompts.
                _ = try await greetings(["add", "--account", "Acme", file, "--name", "music.wav"])
                #expect(try await greetings(["list", "--account", "Acme"]).array?.map { $0["name"] } == ["music.wav"])
                try await tool.expectUsageError("greeting", "add", "--account", "Acme", file, "--use")
                try await tool.expectUsageError("greeting", "add", "--account", "Acme", "-")
                try await tool.expectUsageError("greeting", "use", "--account", "Acme", "--mailbox", "3000")
            }
        }
    }

    /// Whether a receiver's own check, as the guide shows it, takes a request for one of the webhook with this secret.
    private static func isGenuine(_ request: Receiver.Request, _ secret: String) async throws -> Bool {
        let check = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/webhooks/verify.py").path()
        let (reading, writing) = (Pipe(), try #require(request.body.data(using: .utf8)))
        try reading.fileHandleForWriting.write(contentsOf: writing)
        try reading.fileHandleForWriting.close()
        let proofs = ["webhook-id", "webhook-timestamp", "webhook-signature"].map { request[$0] ?? "" }
        return try await ChildProcess(["python3", check, secret] + proofs, input: reading.fileHandleForReading.fileDescriptor).status() == 0
    }

    @Test func webhooksAreMadeTriedAndDeleted() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let receiver = Receiver { request, _ in request.method == "GET" ? 500 : 204 }
            try await receiver.run { port in
                func run(_ arguments: [String]) async throws -> CommandLineProgram.Outcome {
                    // The receiver is on this machine, where none may be otherwise.
                    try await CommandLineProgram.run(
                        ["webhook"] + arguments + ["--account", "Acme", "--data", tool.data, "--json"],
                        environment: ["AFTERTONE_OUTBOX_RECEIVERS_ON_THIS_MACHINE": "true"])
                }
                func create(_ name: String, _ more: String...) async throws -> String {
                    let made = try await run(["create", "--name", name, "--hook", "notifications", "http://127.0.0.1:\(port)/hook"] + more)
                    #expect(made.status == 0, "\(made.errors)")
                    return made.json.text("id")
                }
                let form = try await create("form"), json = try await create("json", "--json-body"), get = try await create("get", "--verb", "get")
                /// Once more where the receiver, which is beside many others here, had no time for it.
                func tryOut(_ webhook: String) async throws -> CommandLineProgram.Outcome {
                    for _ in 0..<9 {
                        let outcome = try await run(["test", webhook])
                        if outcome.refusal?.contains("no answer in time") != true { return outcome }
                    }
                    return try await run(["test", webhook])
                }
                for webhook in [form, json] {
                    let tried = try await tryOut(webhook)
                    #expect(tried.json["status"] == 204, "\(tried.errors)")
                }
                let refused = try await tryOut(get)
                #expect(refused.status == 1 && refused.refusal == "the receiver answered with the status 500")
                let all = receiver.requests, requests = [all.first, all.last { $0.method == "POST" }, all.last].compactMap(\.self)
                #expect(requests.map(\.method) == ["POST", "POST", "GET"])
                #expect(requests[0].body.contains("hook_event=notifications") && requests[0].body.contains("test=true"))
                #expect(try JSON.parse(requests[1].body)["webhook_id"] == .string(json))
                let secret = try await run(["secret", json]).json.text("secret")
                #expect(try await Self.isGenuine(requests[1], secret))
                #expect(try await !Self.isGenuine(requests[0], secret))
                #expect(requests[2].query.contains { $0.name == "hook_event" && $0.value == "notifications" })
                #expect(try await run(["list"]).json.array?.map { $0["name"] } == ["form", "get", "json"])
                #expect(try await run(["list", "--limit", "1", "--after", get]).json.array?.map { $0["name"] } == ["json"])
                _ = try await run(["delete", form])
                #expect(try await run(["list"]).json.array?.count == 2)
                #expect(try await run(["test", form]).refusal == "there is no webhook \(form) in the account")
            }
            let gone = try await CommandLineProgram.run(
                ["webhook", "create", "--account", "Acme", "--name", "x", "--hook", "object", "http://127.0.0.1:1/", "--data", tool.data])
            #expect(gone.refusal?.contains("this machine's own") == true, "\(gone.errors)")
        }
    }
}
