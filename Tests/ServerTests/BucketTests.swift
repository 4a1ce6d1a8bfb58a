import Foundation
import TestKit
import Testing
import Voicemail

/// Audio in a bucket, with either database.
struct BucketTests {
    /// A process's own directory, and what it is told.
    private struct Node: Sendable {
        let data: String
        let environment: [String: String]

        func callAsFunction(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
            try await CommandLineProgram.run(arguments + ["--data", data, "--json"], environment: environment)
        }
    }

    private func withBucket<Value: Sendable>(_ body: (ObjectStore, _ bucket: String) async throws -> Value) async throws -> Value {
        let store = try await ObjectStore.shared.value
        return try await store.withBucket { try await body(store, $0) }
    }

    @Test("A server on SQLite and a bucket") func sqlite() async throws {
        try await withBucket { store, bucket in
            try await TemporaryDirectory.run { directory in
                let node = Node(data: directory.path + "/data", environment: store.environment(bucket: bucket))
                try await journey([node])
            }
        }
    }

    @Test("Two servers on PostgreSQL and a bucket") func postgres() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await withBucket { store, bucket in
                try await TemporaryDirectory.run { directory in
                    let environment = store.environment(bucket: bucket).merging([
                        "AFTERTONE_STORE_KIND": "postgres", "AFTERTONE_STORE_URL": url, "AFTERTONE_STORE_POOL": "4",
                    ]) { $1 }
                    try await journey(["one", "two"].map { Node(data: directory.path + "/" + $0, environment: environment) })
                }
            }
        }
    }

    /// Deposits at one server, listens at the other, and looks whether everything is where it belongs.
    private func journey(_ nodes: [Node]) async throws {
        let one = nodes[0]
        let made = try await one("account", "create", "Acme", "--realm", "acme.example")
        #expect(made.status == 0, "\(made.errors)")
        let account = try #require(made.json["id"]?.string)
        for other in nodes.dropFirst() {
            try FileManager.default.createDirectory(atPath: other.data, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: one.data + "/secret.key", toPath: other.data + "/secret.key")
        }
        let box = try #require(try await one("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").json["id"]?.string)
        let token = try #require(try await one("token", "create", "--account", "Acme").json["token"]?.string)
        var processes: [ServerProcess] = []
        for node in nodes { processes.append(try await ServerProcess.start(in: node.data, environment: node.environment)) }
        let servers = processes.map { RemoteServer(port: $0.port) }
        let writer = servers[0], reader = servers[servers.count - 1]
        let path = "/v2/accounts/\(account)/vmboxes/\(box)/messages"
        // A message, and one that is read in several windows.
        let sounds = [WAV.tones([440], milliseconds: 300), WAV.tones([440, 620], milliseconds: 90_000)]
        var ids: [String] = []
        for sound in sounds {
            let created = try await writer.send("PUT", path, token: token, data: ["caller_id_number": "100"])
            #expect(created.status == 201, "\(created.text)")
            let id = try #require(created.data["media_id"]?.string)
            ids.append(id)
            let stored = try await writer.send("PUT", "\(path)/\(id)/raw", headers: ["Content-Type": "audio/wav"], token: token, body: sound)
            #expect(stored.status == 201, "\(stored.text)")
            let whole = try await reader.send("GET", "\(path)/\(id)/raw", token: token)
            #expect(whole.bytes == sound)
            let part = try await reader.send("GET", "\(path)/\(id)/raw", headers: ["Range": "bytes=\(sound.count - 1000)-"], token: token)
            #expect(part.status == 206 && part.bytes == Array(sound.suffix(1000)))
            // A decoder reads a copy.
            let converted = try await reader.send("GET", "\(path)/\(id)/raw", headers: ["Accept": "audio/mpeg"], token: token)
            #expect(converted.status == 200 && !converted.bytes.isEmpty)
        }
        #expect(try await reader.send("GET", "/readyz").status == 200)
        // A command stores in the same bucket, and looks through it.
        let file = one.data + "/added.wav"
        try Data(sounds[0]).write(to: URL(filePath: file))
        let added = try await nodes[nodes.count - 1]("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "200", file)
        #expect(added.status == 0, "\(added.errors)")
        let verified = try await one("verify")
        #expect(verified.status == 0, "\(verified.errors) \(verified.output)")
        // Nothing of it is on the local disk.
        let blobs = FileManager.default.enumerator(atPath: one.data + "/blobs")?.compactMap { $0 as? String }.filter { $0.count > 30 } ?? []
        #expect(blobs == [])
        #expect(try await writer.send("DELETE", "\(path)/\(ids[0])", token: token).status == 200)
        #expect(try await reader.send("GET", "\(path)/\(ids[0])/raw", token: token).status == 404)
        for process in processes { #expect(await process.stop() == 0) }
    }

    @Test("config check tries the bucket; what is not possible with one is refused in words") func checks() async throws {
        try await withBucket { store, bucket in
            try await TemporaryDirectory.run { directory in
                let node = Node(data: directory.path + "/data", environment: store.environment(bucket: bucket))
                #expect(try await node("account", "create", "Acme").status == 0)
                let good = try await node("config", "check")
                #expect(good.status == 0, "\(good.errors) \(good.output)")
                for (changed, expected) in [
                    (["AFTERTONE_ARCHIVE_BUCKET": "nobodys"], "archive: bucket nobodys at \(store.endpoint): listing fails: the bucket does not exist"),
                    (["AWS_SECRET_ACCESS_KEY": "no"], "the secret key does not fit the access key"),
                    (["AFTERTONE_ARCHIVE_ENDPOINT": "http://127.0.0.1:1"], "the service cannot be reached: connection refused"),
                ] {
                    let environment = node.environment.merging(changed) { $1 }
                    let bad = try await CommandLineProgram.run(["config", "check", "--data", node.data], environment: environment)
                    #expect(bad.status == 1)
                    #expect((bad.errors + bad.output).contains(expected), "\(bad.errors) \(bad.output)")
                    let refused = try await CommandLineProgram.run(["account", "list", "--data", node.data], environment: environment)
                    #expect(refused.status == 1)
                }
                let backup = try await node("backup", node.data + "-copy")
                #expect(backup.status == 1 && backup.refusal?.contains("the service's own means") == true, "\(backup.errors)")
                let restored = try await node("restore", node.data)
                #expect(restored.status == 1 && restored.refusal?.contains("archive.kind is s3") == true)
                // Another installation has no business there.
                let other = Node(data: directory.path + "/other", environment: node.environment)
                let foreign = try await other("account", "create", "Other")
                #expect(foreign.status == 1 && foreign.refusal?.contains("another installation") == true, "\(foreign.errors)")
            }
        }
    }

    @Test("A server whose bucket goes says so, lives on, and is ready again when it is back") func gone() async throws {
        try await withBucket { store, bucket in
            try await TemporaryDirectory.run { directory in
                let environment = store.environment(bucket: bucket)
                let server = try await ServerProcess.start(in: directory.path + "/data", environment: environment)
                let remote = RemoteServer(port: server.port)
                #expect(try await remote.send("GET", "/readyz").status == 200)
                try await store.removeBucket(bucket)
                try await ready(remote, says: "the bucket does not exist", 503)
                #expect(try await remote.send("GET", "/livez").status == 200)
                try await store.makeBucket(named: bucket)
                try await ready(remote, says: "ready", 200)
                #expect(await server.stop() == 0)
            }
        }
    }

    /// Asks until a server says that it is ready, or why it is not.
    private func ready(_ server: RemoteServer, says text: String, _ status: Int) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            let answer = try await server.send("GET", "/readyz")
            let isSaid = answer.status == status && answer.text.contains(text)
            if isSaid || ContinuousClock.now > end { return #expect(isSaid, "\(answer.status) \(answer.text)") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
