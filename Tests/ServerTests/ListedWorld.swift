import Crypto
import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// An account with some of everything that is listed, and the requests that list it.
struct ListedWorld {
    /// A request for a list.
    struct List: Sendable {
        let ask: @Sendable (TestServer) async throws -> Answer
        /// What its answer contains if it lists anything.
        let mark: String
    }

    let lists: [(String, List)]

    init(_ server: TestServer) async throws {
        let world = try await server.makeWorld(), account = world.account, sound = WAV.tones([440], milliseconds: 300)
        let other = try await server.makeMailbox("3001", in: account, ["owner_id": .string(world.user.id)])
        let shared = try await server.makeMailbox("6000", in: account)
        _ = try await server.service.groups.set(MailboxGroup(mode: .share, members: [world.mailbox.id, other.id]), of: shared.id, in: account)
        for mailbox in [world.mailbox, other, shared] {
            for _ in 0..<3 { _ = try await server.leave(audio: sound, in: mailbox, of: account) }
        }
        _ = try await server.makeAccount("Below", below: account)
        let upload = server.service.messages.receiveAudio()
        try await upload.write(.init(bytes: sound))
        let audio = try await upload.finish(contentType: "audio/wav", fileName: "hello.wav", policy: .playableOnly)
        _ = try await server.service.greetings.put("hello.wav", audio: audio, origin: .upload, on: .mailbox(world.mailbox))
        let hook: JSON = ["name": "new", "uri": "https://hooks.example/", "http_verb": "post", "hook": "object"]
        _ = try await server.send("PUT", world.accountPath + "/webhooks", token: world.token, data: hook)
        let key = try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: account).secret
        _ = try await server.send(
            "PUT", "/intake/recordings/call.wav?caller=3000&callee=2", headers: ["Authorization": "Bearer \(key)"], body: sound)
        lists = Self.kazoo(world) + (try await Self.pSeries(server, account)) + (try await Self.sSeries(server, account))
    }

    private static func kazoo(_ world: TestWorld) -> [(String, List)] {
        func list(_ path: String, _ mark: String, body: JSON? = nil) -> (String, List) {
            ("K " + path, List(ask: { try await $0.send("GET", world.accountPath + path, token: world.token) }, mark: mark))
        }
        return [
            list("/vmboxes", "3001"), list("/vmboxes/\(world.mailbox.id)/messages", "media_id"), list("/vmboxes/messages", "media_id"),
            list("/users", TestWorld.username), list("/users/\(world.user.id)/vmboxes", "3001"), list("/media", "hello"),
            list("/webhooks", "hooks.example"), list("/webhooks/attempts", "success"), list("/children", "Below"), list("/descendants", "Below"),
            list("/siblings", "success"), list("/tree", "success"),
        ]
    }

    private static func pSeries(_ server: TestServer, _ account: Account) async throws -> [(String, List)] {
        let applications = Applications(server.service)
        let made = try await applications.create(name: "crm", permissions: nil, addresses: [], in: account)
        let pair = try await applications.openPair(
            for: applications.logIn(made.credential.handle, secret: made.secret), TokenRules(maximumLive: 9))
        func list(_ path: String, _ mark: String) -> (String, List) {
            let token = (path.contains("?") ? "&" : "?") + "access_token=" + pair.access
            return ("P " + path, List(ask: { try await $0.send("GET", "/openapi/v1.0/" + path + token) }, mark: mark))
        }
        return [
            list("vm/get?number=3000", "msg0000"), list("vm/query?number=3000,3001", "msg0000"), list("vm_group/list", "6000"),
            list("extension_vm_greeting/list?extension=3000", "hello"), list("vm_greeting/list?extension=6000", "SUCCESS"),
            list("vm_global_greeting/list", "SUCCESS"), list("recording/list", "call"), list("recording/search?caller=3000", "call"),
            list("extension/list", "3001"), list("extension/list?sort_by=number", "3001"), list("extension/search?search_value=300", "3001"),
            list("extension/query?number=3000,3001", "3001"), list("cdr/list", "3000"), list("cdr/search?number=3000", "3000"),
            list("webhook/query", "SUCCESS"),
        ]
    }

    private static func sSeries(_ server: TestServer, _ account: Account) async throws -> [(String, List)] {
        let user = try await APIUsers(server.service).create(name: nil, in: account)
        let secret = HexID.encode(Insecure.MD5.hash(data: Data(user.secret.utf8)))
        let login: JSON = ["username": .string(user.credential.handle), "password": .string(secret)]
        let token = try #require(try await server.send("POST", "/api/v1.1.0/login", json: login).json["token"]?.string)
        func list(_ path: String, _ mark: String, _ body: JSON) -> (String, List) {
            ("S " + path + String(buffer: body.encode()), List(ask: { try await $0.send("POST", "/api/\(path)?token=\(token)", json: body) }, mark: mark))
        }
        return [
            list("v1.1.0/voicemail/query", "msg0002", ["extid": "3000"]), list("v1.1.0/voicemail/query", "msg0002", [:]),
            list("v2.0.0/voicemail/query", "msg0002", ["number": "3000,3001"]), list("v1.1.0/extensionlist/query", "3001", [:]),
            list("v2.0.0/extension/list", "3001", [:]), list("v1.1.0/extension/query", "3001", ["extid": "3001"]),
            list("v2.0.0/extension/query", "3001", ["number": "3000,3001"]),
        ]
    }
}
