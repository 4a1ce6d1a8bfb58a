import Server
import TestKit
import Testing
import Voicemail

/// Two mailboxes and a way to talk to them, for the tests of K§12.
struct Section12Stage: Sendable {
    let server: TestServer
    let world: TestWorld
    let other: Mailbox

    static func run(
        _ configure: @Sendable (inout Configuration) -> Void = { _ in }, _ body: @Sendable (Section12Stage) async throws -> Void
    ) async throws {
        try await TestServer.run(configure) { server in
            let world = try await server.makeWorld()
            try await body(Section12Stage(server: server, world: world, other: try await server.makeMailbox("4000", in: world.account)))
        }
    }

    var boxes: String { world.accountPath + "/vmboxes" }
    var box: String { world.boxPath }
    var messages: String { world.boxPath + "/messages" }
    var otherMessages: String { boxes + "/\(other.id)/messages" }

    func call(_ method: String, _ path: String, _ data: JSON? = nil) async throws -> Answer {
        guard let data else { return try await server.send(method, path, token: world.token) }
        return try await server.send(method, path, token: world.token, data: data)
    }

    /// Sends a body as it stands.
    func send(_ method: String, _ path: String, type: String? = nil, _ body: String) async throws -> Answer {
        try await server.send(method, path, headers: type.map { ["Content-Type": $0] } ?? [:], token: world.token, body: Array(body.utf8))
    }

    func put(_ path: String, type: String, _ bytes: [UInt8]) async throws -> Answer {
        try await server.send("PUT", path, headers: ["Content-Type": type], token: world.token, body: bytes)
    }

    /// Leaves a message in the first mailbox, or in another.
    func leave(_ draft: MessageDraft = MessageDraft(callerName: "Bob", callerNumber: "2001"), sound: [UInt8]? = nil, in mailbox: Mailbox? = nil) async throws
        -> String
    {
        try await server.leave(draft, audio: sound, in: mailbox ?? world.mailbox, of: world.account).monthID
    }

    func listed(_ path: String? = nil) async throws -> [String] { try await call("GET", path ?? messages).mediaIDs }
}

/// A bulk answer's payload.
func bulk(_ succeeded: [String], failed: [JSON] = []) -> JSON {
    ["succeeded": JSON(succeeded), "suceeded": JSON(succeeded), "failed": .array(failed)]
}

/// The keys of a message as it is shown.
let messageKeys: Set<String> = ["timestamp", "from", "to", "caller_id_number", "caller_id_name", "call_id", "folder", "length", "media_id"]

extension JSON {
    var keys: Set<String> { Set(object.map { Array($0.keys) } ?? []) }
}
