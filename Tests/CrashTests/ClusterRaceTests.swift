import Crypto
import Foundation
import TestKit
import Testing
import Voicemail

/// Several processes after the same thing at the same moment: one of them has it.
@Suite struct ClusterRaceTests {
    @Test("Three servers race for a mailbox number, a message's position and a link that is good once; each has one winner")
    func races() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await Cluster.run(url: url) { cluster in
                let account = try #require(try await cluster.command(["account", "create", "Acme"]).json["id"]?.string)
                let token = try #require(try await cluster.command(["token", "create", "--account", "Acme"]).json["token"]?.string)
                try await cluster.start()
                let servers = await cluster.servers
                try await Self.numbers(servers, account, token)
                try await Self.randoms(servers, cluster, account, token)
                try await Self.positions(servers, cluster, account, token)
                #expect(await cluster.stop() == [0, 0, 0])
                let verified = try await cluster.command(["verify"])
                #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
            }
        }
    }

    /// Sends something to all servers at once, twice each.
    private static func atOnce(_ servers: [RemoteServer], _ body: @escaping @Sendable (RemoteServer) async throws -> Answer) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { tasks in
            for server in servers + servers { tasks.addTask { try await body(server) } }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    private static func numbers(_ servers: [RemoteServer], _ account: String, _ token: String) async throws {
        let path = "/v2/accounts/\(account)/vmboxes"
        for number in 3000..<3010 {
            let answers = try await atOnce(servers) {
                try await $0.send("PUT", path, token: token, data: ["name": .string("Box \(number)"), "mailbox": .string("\(number)")])
            }
            #expect(answers.count { $0.status == 201 } == 1, "\(answers.map(\.text))")
            #expect(answers.count { $0.status == 400 } == answers.count - 1, "\(answers.map(\.text))")
        }
        for server in servers {
            let listed = try await server.send("GET", path + "?paginate=false", token: token)
            #expect(listed.data.array?.count == 10)
        }
    }

    /// Messages that come at once at several servers have names of their own, `msg0000.wav` and on, and one name is removed once.
    private static func positions(_ servers: [RemoteServer], _ cluster: Cluster, _ account: String, _ token: String) async throws {
        let session = try await session(servers[0], cluster)
        let made = try await servers[0].send(
            "PUT", "/v2/accounts/\(account)/vmboxes", token: token, data: ["name": "Positions", "mailbox": "3500"])
        let box = try #require(made.data["id"]?.string, "\(made.text)")
        @Sendable func names(_ server: RemoteServer) async throws -> [String] {
            let answer = try await server.send("POST", "/api/v1.1.0/voicemail/query?token=\(session)", json: ["extid": "3500"])
            let messages = answer.json["voicemails"]?.array?.first?["voicemail"]?.array ?? []
            return messages.compactMap { $0["voicemailfile"]?.string }.sorted()
        }
        var count = 0
        for _ in 0..<4 {
            let answers = try await atOnce(servers) {
                try await $0.send("PUT", "/v2/accounts/\(account)/vmboxes/\(box)/messages", token: token, data: ["caller_id_number": "100"])
            }
            #expect(answers.allSatisfy { $0.status == 201 }, "\(answers.map(\.text))")
            count += answers.count
            let expected = (0..<count).map { "msg" + String(format: "%04d", $0) + ".wav" }
            for server in servers { #expect(try await names(server) == expected) }
        }
        for _ in 0..<4 {
            let last = "msg" + String(format: "%04d", count - 1) + ".wav"
            let answers = try await atOnce(servers) {
                try await $0.send(
                    "POST", "/api/v1.1.0/voicemail/delete?token=\(session)", json: ["extid": "3500", "voicemailfile": .string(last)])
            }
            #expect(answers.count { $0.json["status"] == "Success" } == 1, "\(answers.map(\.text))")
            count -= 1
            for server in servers { #expect(try await names(server).count == count) }
        }
    }

    /// A session of S-Series.
    private static func session(_ server: RemoteServer, _ cluster: Cluster) async throws -> String {
        let key = try await cluster.command(["key", "create", "--account", "Acme", "--kind", "s-series"]).json
        let name = try #require(key["username"]?.string), password = try #require(key["password"]?.string)
        let digest = HexID.encode(Insecure.MD5.hash(data: Data(password.utf8)))
        let login = try await server.send("POST", "/api/v1.1.0/login", json: ["username": .string(name), "password": .string(digest), "port": "8260"])
        return try #require(login.json["token"]?.string, "\(login.text)")
    }

    private static func randoms(_ servers: [RemoteServer], _ cluster: Cluster, _ account: String, _ token: String) async throws {
        let session = try await session(servers[0], cluster)
        let boxes = try await servers[0].send("GET", "/v2/accounts/\(account)/vmboxes?paginate=false", token: token)
        let box = try #require(boxes.data.array?.first { $0["mailbox"]?.string == "3000" }?["id"]?.string)
        let stored = try await servers[0].send(
            "PUT", "/v2/accounts/\(account)/vmboxes/\(box)/messages", headers: ["Content-Type": "audio/wav"], token: token,
            body: WAV.tones([440], milliseconds: 300))
        #expect(stored.status == 201, "\(stored.text)")
        for turn in 0..<6 {
            let answer = try await servers[turn % servers.count].send(
                "POST", "/api/v1.1.0/voicemail/get_random?token=\(session)", json: ["extid": "3000", "voicemailfile": "msg0000.wav"])
            let random = try #require(answer.json["random"]?.string, "\(answer.text)")
            let link = "/api/v1.1.0/voicemail/download?extid=3000&voicemailfile=msg0000.wav&random=\(random)&token=\(session)"
            let answers = try await atOnce(servers) { try await $0.send("GET", link) }
            #expect(answers.count { $0.bytes.starts(with: Array("RIFF".utf8)) } == 1, "\(answers.map { $0.text.prefix(200) })")
        }
    }
}
