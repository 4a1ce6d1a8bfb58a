import Foundation
import TestKit
import Testing
import Voicemail

/// One PostgreSQL database, several processes.
struct SharedDatabaseTests {
    /// A process's own directory, and what it shares with the others.
    private struct Node: Sendable {
        let data: String
        let environment: [String: String]

        init(_ name: String, in directory: TemporaryDirectory, url: String) {
            data = directory.path + "/" + name
            environment = [
                "AFTERTONE_STORE_KIND": "postgres", "AFTERTONE_STORE_URL": url, "AFTERTONE_STORE_POOL": "4",
                "AFTERTONE_ARCHIVE_DIRECTORY": directory.path + "/audio",
            ]
        }

        func callAsFunction(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
            try await CommandLineProgram.run(arguments + ["--data", data, "--json"], environment: environment)
        }

        /// Takes the key of another one, as the guide says.
        func takeKey(of other: Node) throws {
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: other.data + "/secret.key", toPath: data + "/secret.key")
        }
    }

    private func withNodes<Value: Sendable>(_ body: (Node, Node) async throws -> Value) async throws -> Value {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await TemporaryDirectory.run { directory in
                try await body(Node("one", in: directory, url: url), Node("two", in: directory, url: url))
            }
        }
    }

    @Test("Two servers on one database take turns: what one writes the other shows")
    func turns() async throws {
        try await withNodes { one, two in
            let made = try await one("account", "create", "Acme", "--realm", "acme.example")
            #expect(made.status == 0, "\(made.errors)")
            let account = try #require(made.json["id"]?.string)
            try two.takeKey(of: one)
            let first = try await ServerProcess.start(in: one.data, environment: one.environment)
            let second = try await ServerProcess.start(in: two.data, environment: two.environment)
            // A command on the second one's directory works on the same database.
            let boxed = try await two("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One")
            #expect(boxed.status == 0, "\(boxed.errors)")
            let box = try #require(boxed.json["id"]?.string)
            let token = try #require(try await one("token", "create", "--account", "Acme").json["token"]?.string)
            let servers = [RemoteServer(port: first.port), RemoteServer(port: second.port)]
            let path = "/v2/accounts/\(account)/vmboxes/\(box)/messages"
            var ids: [String] = []
            for turn in 0..<8 {
                let writer = servers[turn % 2], reader = servers[(turn + 1) % 2]
                let created = try await writer.send("PUT", path, token: token, data: ["caller_id_number": .string("10\(turn)")])
                #expect(created.status == 201, "\(created.text)")
                let id = try #require(created.data["media_id"]?.string)
                ids.append(id)
                let sound = WAV.tones([440], milliseconds: 200 + turn)
                let stored = try await writer.send("PUT", "\(path)/\(id)/raw", headers: ["Content-Type": "audio/wav"], token: token, body: sound)
                #expect(stored.status == 201, "\(stored.text)")
                let listed = try await reader.send("GET", path, token: token)
                #expect(Set(listed.data.array?.compactMap { $0["media_id"]?.string } ?? []) == Set(ids))
                #expect(try await reader.send("GET", "\(path)/\(id)/raw", token: token).bytes == sound)
            }
            // Marked at one, gone at the other.
            let moved = try await servers[0].send("POST", "\(path)/\(ids[0])", token: token, data: ["folder": "saved"])
            #expect(moved.status == 200, "\(moved.text)")
            #expect(try await servers[1].send("GET", "\(path)/\(ids[0])", token: token).data["folder"]?.string == "saved")
            #expect(try await servers[1].send("DELETE", "\(path)/\(ids[1])", token: token).status == 200)
            let rest = try await servers[0].send("GET", path + "?folder=new", token: token)
            #expect(!(rest.data.array ?? []).contains { $0["media_id"]?.string == ids[1] })
            // One dies; the other goes on with everything.
            first.kill()
            #expect(try await servers[1].send("GET", "\(path)/\(ids[2])/raw", token: token).status == 200)
            let verified = try await two("verify")
            #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            #expect(await second.stop() == 0)
        }
    }

    @Test("A web socket hears once of what is left at any of the servers, whichever of them turns it into deliveries")
    func events() async throws {
        try await withNodes { one, two in
            let made = try await one("account", "create", "Acme")
            #expect(made.status == 0, "\(made.errors)")
            try two.takeKey(of: one)
            #expect(try await one("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").status == 0)
            let key = try await one("key", "create", "--account", "Acme", "--kind", "p-series")
            let first = try await ServerProcess.start(in: one.data, environment: one.environment)
            let second = try await ServerProcess.start(in: two.data, environment: two.environment)
            let sound = one.data + "/message.wav"
            try Data(WAV.tones([440], milliseconds: 300)).write(to: URL(fileURLWithPath: sound))
            for (number, server) in [first, second].enumerated() {
                let login: JSON = ["username": key.json["client_id"] ?? .null, "password": key.json["client_secret"] ?? .null]
                let answer = try await RemoteServer(port: server.port).send(
                    "POST", "/openapi/v1.0/get_token", json: login)
                let token = try #require(answer.json["access_token"]?.string)
                try await SocketClient.run(port: server.port, path: "/openapi/v1.0/subscribe?access_token=\(token)") { client in
                    try await client.send(#"{"topic_list":[30012]}"#)
                    #expect(try await client.next() == .text(#"{"errcode":0,"errmsg":"SUCCESS"}"#))
                    // A command is a process of its own, too; either server may be the one that finds what it has left.
                    let callers = (0..<4).map { "20\(number)\($0)" }
                    for caller in callers {
                        let left = try await two(
                            "message", "add", "--account", "Acme", "--mailbox", "3000", "--from", caller, "--notify", sound)
                        #expect(left.status == 0, "\(left.errors)")
                    }
                    var heard: [String] = []
                    while heard.count < callers.count {
                        guard case .text(let text) = try await client.next() else { break }
                        let told = try JSON.parse(try JSON.parse(text)["msg"]?.string ?? "")
                        let caller = told["call_from"]?.string ?? text
                        // What was committed just before may still be told.
                        if !caller.hasPrefix("200") || number == 0 { heard.append(caller) }
                    }
                    #expect(heard == callers)
                }
            }
            for server in [first, second] { #expect(await server.stop() == 0) }
        }
    }

    @Test("Each of several servers gives out its share of the rate limit, and the whole of it when the others have left")
    func shares() async throws {
        try await withNodes { one, two in
            #expect(try await one("account", "create", "Acme").status == 0)
            try two.takeKey(of: one)
            let limits = ["AFTERTONE_KAZOO_RATE_LIMIT_BURST": "1000000", "AFTERTONE_KAZOO_RATE_LIMIT_PER_SECOND": "1"]
            let first = try await ServerProcess.start(in: one.data, environment: one.environment.merging(limits) { $1 })
            let second = try await ServerProcess.start(in: two.data, environment: two.environment.merging(limits) { $1 })
            func remaining(_ port: Int) async throws -> Int {
                let answer = try await RemoteServer(port: port).send("GET", "/v2/accounts")
                return answer.json["tokens"]?["remaining"]?.int ?? -1
            }
            // The second one has found the first; how soon after it listens is not for a test to say.
            while try await remaining(second.port) > 500_000 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await remaining(second.port) > 499_000)
            #expect(await second.stop() == 0)
            let again = try await ServerProcess.start(in: two.data, environment: two.environment.merging(limits) { $1 })
            while try await remaining(again.port) > 500_000 { try await Task.sleep(for: .milliseconds(20)) }
            first.kill()
            #expect(await again.stop() == 0)
        }
    }

    @Test("A process with another key is refused, and told what it needs")
    func otherKey() async throws {
        try await withNodes { one, two in
            #expect(try await one("account", "create", "Acme").status == 0)
            let refused = try await two("account", "list")
            #expect(refused.status == 1)
            #expect(refused.refusal?.contains("every process needs the same secret.key") == true || refused.refusal?.contains("no Aftertone data") == true)
            let made = try await two("account", "create", "Other")
            #expect(made.status == 1)
            #expect(made.refusal?.contains("every process needs the same secret.key") == true, "\(made.errors)")
        }
    }

    @Test("config check tries the database and says what is wrong; copies are PostgreSQL's own business")
    func checks() async throws {
        try await withNodes { one, two in
            #expect(try await one("account", "create", "Acme").status == 0)
            let good = try await one("config", "check")
            #expect(good.status == 0, "\(good.errors) \(good.output)")
            let bad = try await CommandLineProgram.run(
                ["config", "check", "--data", one.data],
                environment: one.environment.merging(["AFTERTONE_STORE_URL": "postgresql://nobody@127.0.0.1:1/none"]) { $1 })
            #expect(bad.status == 1)
            #expect((bad.errors + bad.output).contains("store: the database cannot be reached"), "\(bad.errors) \(bad.output)")
            // The second process has a data directory of its own, and no copy of the key.
            let key = one.data + "-key"
            try FileManager.default.copyItem(atPath: one.data, toPath: key)
            try FileManager.default.removeItem(atPath: key + "/secret.key")
            try Data(repeating: 7, count: 32).write(to: URL(filePath: key + "/secret.key"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key + "/secret.key")
            let other = try await CommandLineProgram.run(["config", "check", "--data", key], environment: one.environment)
            #expect(other.status == 1)
            #expect((other.errors + other.output).contains("store: the database belongs to an installation with another key"), "\(other.errors)")
            let backup = try await one("backup", one.data + "-copy")
            #expect(backup.status == 1)
            #expect(backup.refusal?.contains("PostgreSQL's own means") == true)
            let restored = try await two("restore", one.data)
            #expect(restored.status == 1)
            #expect(restored.refusal?.contains("store.kind is postgres") == true)
        }
    }
}
