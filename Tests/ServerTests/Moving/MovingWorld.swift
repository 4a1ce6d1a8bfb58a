import Foundation
import TestKit
import Testing
import Voicemail

/// Where an installation lives.
struct Home: Sendable, CustomTestStringConvertible {
    /// The configuration file.
    let file: String
    let data: String
    let environment: [String: String]
    let testDescription: String

    /// - Parameters:
    ///   - url: of a PostgreSQL database; nil for a file.
    ///   - bucket: of the tests' service; nil for a directory.
    init(_ name: String, in directory: TemporaryDirectory, url: String? = nil, bucket: (endpoint: String, name: String)? = nil, more: String = "") throws {
        testDescription = name
        file = "\(directory.path)/\(name).yaml"
        data = "\(directory.path)/\(name)"
        var text = "data: \(data)\n\(more)"
        if let url { text += "store:\n  kind: postgres\n  url: \"\(url)\"\n  pool: 4\n" }
        if let bucket {
            text += "archive:\n  kind: s3\n  endpoint: \"\(bucket.endpoint)\"\n  bucket: \(bucket.name)\n  region: \(ObjectStore.region)\n  path_style: true\n"
            environment = ["AWS_ACCESS_KEY_ID": ObjectStore.accessKey, "AWS_SECRET_ACCESS_KEY": ObjectStore.secretKey]
        } else {
            environment = [:]
            if url != nil { text += "archive:\n  directory: \(data)-audio\n" }
        }
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func callAsFunction(_ arguments: String..., more: [String: String] = [:]) async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(arguments + ["--config", file, "--json"], environment: environment.merging(more) { $1 })
    }

    func serve() async throws -> ServerProcess {
        try await ServerProcess.start(in: data, environment: environment.merging(["AFTERTONE_CONFIG": file]) { $1 })
    }

    /// Moves to another one, which may need the secrets of a bucket.
    func move(to other: Home) async throws -> CommandLineProgram.Outcome {
        try await self("move", "--to", other.file, more: other.environment)
    }
}

/// An account with messages, by the ids that clients know.
struct MovingWorld: Sendable {
    let account: String
    let box: String
    let token: String
    private(set) var sounds: [String: [UInt8]] = [:]

    var path: String { "/v2/accounts/\(account)/vmboxes/\(box)/messages" }

    /// Makes it through a server.
    init(in home: Home) async throws {
        let made = try await home("account", "create", "Acme", "--realm", "acme.example")
        account = try #require(made.json["id"]?.string, "\(made.errors)")
        box = try #require(try await home("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").json["id"]?.string)
        token = try #require(try await home("token", "create", "--account", "Acme", "--ttl", "86400").json["token"]?.string)
    }

    /// Leaves a message with a sound.
    mutating func leave(_ sound: [UInt8], at server: RemoteServer) async throws {
        let created = try await server.send("PUT", path, token: token, data: ["caller_id_number": "100"])
        let id = try #require(created.data["media_id"]?.string, "\(created.text)")
        let stored = try await server.send("PUT", "\(path)/\(id)/raw", headers: ["Content-Type": "audio/wav"], token: token, body: sound)
        #expect(stored.status == 201, "\(stored.text)")
        sounds[id] = sound
    }

    /// Everything is there, byte by byte, and nothing else.
    func check(_ server: RemoteServer) async throws {
        let listed = try await server.send("GET", path + "?paginate=false", token: token)
        #expect(Set(listed.data.array?.compactMap { $0["media_id"]?.string } ?? []) == Set(sounds.keys))
        for (id, sound) in sounds { #expect(try await server.send("GET", "\(path)/\(id)/raw", token: token).bytes == sound) }
    }
}
