import Foundation
import TestKit
import Testing
import Voicemail

/// A mailbox in a data directory of a server in a process of its own, and what that server has acknowledged.
actor DiskWorld {
    let data: String
    let token: String
    private let launcher: [String]
    /// A P-Series application.
    let application: JSON
    private let account: String
    private let box: String
    /// The number of each acknowledged sound, by message.
    private var acknowledged: [String: Int] = [:]
    private var serial = 0
    /// The last acknowledged value of a setting of the box.
    private var note = ""

    private init(data: String, launcher: [String], account: String, box: String, token: String, application: JSON) {
        self.application = application
        self.data = data
        self.launcher = launcher
        self.account = account
        self.box = box
        self.token = token
    }

    /// Makes the mailbox with the command line.
    static func make(in data: String, launcher: [String] = []) async throws -> DiskWorld {
        func command(_ arguments: String...) async throws -> JSON {
            let outcome = try await CommandLineProgram.run(arguments + ["--data", data, "--json"], launcher: launcher)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.json
        }
        let account = try await command("account", "create", "Acme").text("id")
        let box = try await command("mailbox", "create", "--account", account, "--number", "3000", "--name", "Disk").text("id")
        let token = try await command("token", "create", "--account", account).text("token")
        let application = try await command("key", "create", "--account", account, "--kind", "p-series", "--name", "crm")
        return DiskWorld(data: data, launcher: launcher, account: account, box: box, token: token, application: application)
    }

    nonisolated var path: String { "/v2/accounts/\(account)/vmboxes/\(box)" }

    var count: Int { acknowledged.count }

    /// Runs a server; it is killed when `body` is done, unless it has ended before.
    nonisolated func serving<Value: Sendable>(
        _ environment: [String: String] = [:], under more: [String] = [], _ body: (RunningProgram, RemoteServer) async throws -> Value
    ) async throws -> Value {
        try await CommandLineProgram.running(
            ["serve", "--data", data, "--listen", "127.0.0.1:0"], environment: environment, launcher: launcher + more
        ) { program in
            guard let port = await program.port() else {
                Issue.record("the server did not start: \(try program.errors())")
                throw CancellationError()
            }
            return try await body(program, RemoteServer(port: port))
        }
    }

    /// Leaves a message with a sound of its own.
    /// - Returns: the answer; a success is remembered.
    func deposit(at server: RemoteServer) async throws -> Answer {
        serial += 1
        let answer = try await server.send(
            "PUT", path + "/messages", headers: ["Content-Type": "audio/wav"], token: token, body: Sound.bytes(1, serial))
        if answer.status == 201 { acknowledged[answer.data.text("media_id")] = Sound.key(1, serial) }
        return answer
    }

    /// Sets something of the box that takes many pages of the database.
    func change(at server: RemoteServer) async throws -> Answer {
        serial += 1
        let value = "\(serial) " + String(repeating: "x", count: 60_000)
        let answer = try await server.send("PATCH", path, token: token, data: ["note": .string(value)])
        if answer.status == 200 { note = value }
        return answer
    }

    /// Asks for a token of the P-Series interface, which has to be written down.
    func getToken(at server: RemoteServer) async throws -> Answer {
        try await server.send(
            "POST", "/openapi/v1.0/get_token",
            body: Array(
                JSON.object([
                    "username": application["client_id"] ?? .null, "password": application["client_secret"] ?? .null,
                ]).encoded.utf8))
    }

    /// Everything acknowledged is there, byte for byte, and nothing else.
    func expectWhole(at server: RemoteServer, _ location: SourceLocation = #_sourceLocation) async throws {
        let listed = try await server.send("GET", path + "/messages?paginate=false", token: token)
        #expect(listed.status == 200, sourceLocation: location)
        #expect(Set(listed.data.array?.map { $0.text("media_id") } ?? []) == Set(acknowledged.keys), sourceLocation: location)
        for (id, number) in acknowledged {
            let sound = try await server.send("GET", "\(path)/messages/\(id)/raw", token: token)
            #expect(sound.status == 200 && Sound.number(of: sound.bytes) == number, "\(id): \(sound.status)", sourceLocation: location)
        }
        let box = try await server.send("GET", path, token: token)
        #expect(box.status == 200, sourceLocation: location)
        #expect(box.data.text("note") == note, sourceLocation: location)
        #expect(box.data["messages"] == nil || box.data["messages"]?.int == acknowledged.count, sourceLocation: location)
        let row = try await server.send("GET", "/v2/accounts/\(account)/vmboxes", token: token)
        #expect(row.data.array?.first?["messages"]?.int == acknowledged.count, sourceLocation: location)
    }

    /// `aftertone verify` finds nothing, on a data directory that no server uses.
    func verify(_ location: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await CommandLineProgram.run(["verify", "--data", data, "--json"], launcher: launcher)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)", sourceLocation: location)
    }
}

extension RemoteServer {
    /// Waits until the server says whether it is ready, and how.
    /// - Returns: the last answer of `/readyz`.
    func readiness(_ status: Int) async throws -> Answer {
        var answer = try await send("GET", "/readyz")
        // What is asked for at most once a second is asked again, on a busy machine for a while.
        for _ in 0..<600 where answer.status != status {
            try await Task.sleep(for: .milliseconds(50))
            answer = try await send("GET", "/readyz")
        }
        return answer
    }
}

/// A refused deposit or change, in the vendor's words (K§2.6).
func expectStorageFault(_ answer: Answer, _ location: SourceLocation = #_sourceLocation) {
    #expect(answer.status == 503, sourceLocation: location)
    #expect(answer.json["error"] == "503", sourceLocation: location)
    #expect(answer.json["message"] == "datastore_fault", sourceLocation: location)
    #expect(answer.json["status"] == "error", sourceLocation: location)
    #expect(answer["content-type"] == "application/json", sourceLocation: location)
}
