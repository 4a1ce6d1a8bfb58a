import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone rotate-key`.
struct RotateKeyTests {
    /// What was there before a rotation, and what is asked of it afterwards.
    private struct World: Sendable {
        let token: String
        let boxPath: String
        let apiKey: String

        /// - Parameter run: the program on the data directory.
        init(_ directory: TemporaryDirectory, _ run: ([String]) async throws -> CommandLineProgram.Outcome) async throws {
            let pin = try directory.write("4711\n", to: "pin")
            let account = try await run(["account", "create", "Acme"]).json.text("id")
            let box = try await run(["mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One", "--pin-file", pin]).json.text("id")
            _ = try await run(["mailbox", "create", "--account", "Acme", "--number", "3001", "--name", "Two"])
            token = try await run(["token", "create", "--account", "Acme"]).json.text("token")
            apiKey = try await run(["key", "create", "--account", "Acme", "--kind", "kazoo"]).json.text("api_key")
            boxPath = "/v2/accounts/\(account)/vmboxes/\(box)"
        }

        func check(_ server: RemoteServer) async throws {
            let answer = try await server.send("GET", boxPath, token: token)
            #expect(answer.status == 200 && answer.data["pin"] == "4711", "\(answer.text)")
            let login = try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(apiKey)])
            #expect(login.status == 201, "\(login.text)")
        }
    }

    private func withWorld(_ body: @Sendable (Tool, World, TemporaryDirectory) async throws -> Void) async throws {
        try await Tool.run { tool, directory in
            let world = try await World(directory) { try await CommandLineProgram.run($0 + ["--data", tool.data, "--json"]) }
            try await body(tool, world, directory)
        }
    }

    private func key(of tool: Tool) throws -> [UInt8] { try Bytes.ofFile(tool.data + "/secret.key") }

    @Test("PINs, tokens and keys outlast it, and what signs and seals is another key each time")
    func rotates() async throws {
        try await withWorld { tool, world, _ in
            let first = try key(of: tool)
            #expect(try await tool.refusal("rotate-key")?.hasSuffix("say --yes if that is meant") == true)
            #expect(try key(of: tool) == first)
            let rotated = try await tool.json("rotate-key", "--yes")
            #expect(rotated == ["pins": 1, "rotated": true, "unreadable_pins": 0])
            let second = try key(of: tool)
            #expect(first.count == 32 && second.count == 64 && Array(second.prefix(32)) == first && Array(second.suffix(32)) != first)
            var server = try await ServerProcess.start(in: tool.data)
            try await world.check(RemoteServer(port: server.port))
            // Not under a running server.
            #expect(try await tool.refusal("rotate-key", "--yes")?.contains("another server is running") == true)
            #expect(try key(of: tool) == second)
            #expect(await server.stop() == 0)
            #expect(try await tool.json("rotate-key", "--yes")["pins"] == 1)
            let third = try key(of: tool)
            #expect(Array(third.prefix(32)) == first && third != second)
            server = try await ServerProcess.start(in: tool.data)
            try await world.check(RemoteServer(port: server.port))
            #expect(await server.stop() == 0)
            // With an older key a PIN is unreadable, and says so.
            try Data(second).write(to: URL(filePath: tool.data + "/secret.key"))
            #expect(try await tool.json("rotate-key", "--yes") == ["pins": 0, "rotated": true, "unreadable_pins": 1])
        }
    }

    @Test("Cut off before PINs are sealed anew, or behind that, nothing opens the directory until it has come to its end", arguments: [false, true])
    func cutOff(_ isSealed: Bool) async throws {
        try await withWorld { tool, world, directory in
            let old = try key(of: tool)
            let new: [UInt8]
            if isSealed {
                _ = try await tool.json("rotate-key", "--yes")
                new = try key(of: tool)
                try Data(old).write(to: URL(filePath: tool.data + "/secret.key"))
            } else {
                new = old + (0..<32).map { _ in UInt8.random(in: 0...255) }
            }
            try Data(new).write(to: URL(filePath: tool.data + "/secret.key.next"))
            #expect(try await tool.refusal("account", "list")?.hasSuffix("run `aftertone rotate-key` again") == true)
            #expect(try await tool.json("rotate-key", "--yes") == ["pins": 1, "rotated": true, "unreadable_pins": 0])
            #expect(try key(of: tool) == new)
            #expect(!FileManager.default.fileExists(atPath: tool.data + "/secret.key.next"))
            let server = try await ServerProcess.start(in: tool.data)
            try await world.check(RemoteServer(port: server.port))
            #expect(await server.stop() == 0)
        }
    }

    @Test("On a shared database it waits for all servers to be gone, and afterwards each process needs the new key")
    func shared() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TemporaryDirectory.run { directory in
                let environment = ["AFTERTONE_STORE_KIND": "postgres", "AFTERTONE_STORE_URL": url, "AFTERTONE_STORE_POOL": "4"]
                @Sendable func run(_ data: String, _ arguments: [String]) async throws -> CommandLineProgram.Outcome {
                    try await CommandLineProgram.run(arguments + ["--data", directory.path + "/" + data, "--json"], environment: environment)
                }
                let world = try await World(directory) { try await run("one", $0) }
                try FileManager.default.createDirectory(atPath: directory.path + "/two", withIntermediateDirectories: true)
                let keys = ["one", "two"].map { directory.path + "/\($0)/secret.key" }
                try FileManager.default.copyItem(atPath: keys[0], toPath: keys[1])
                let other = try await ServerProcess.start(in: directory.path + "/two", environment: environment)
                let refused = try await run("one", ["rotate-key", "--yes"])
                #expect(refused.status == 1 && refused.refusal?.contains("a server works on the database") == true, "\(refused.errors)")
                #expect(await other.stop() == 0)
                let rotated = try await run("one", ["rotate-key", "--yes"])
                #expect(rotated.status == 0 && rotated.json["pins"] == 1, "\(rotated.errors)")
                let old = try await run("two", ["account", "list"])
                #expect(old.status == 1 && old.refusal?.contains("another key") == true, "\(old.errors)")
                try FileManager.default.removeItem(atPath: keys[1])
                try FileManager.default.copyItem(atPath: keys[0], toPath: keys[1])
                let server = try await ServerProcess.start(in: directory.path + "/two", environment: environment)
                try await world.check(RemoteServer(port: server.port))
                #expect(await server.stop() == 0)
            }
        }
    }
}
