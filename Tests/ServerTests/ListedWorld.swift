import Crypto
import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// An account with some of everything that is listed and heard, and the requests that ask for it.
struct ListedWorld {
    /// A request for a list.
    struct List: Sendable {
        let ask: @Sendable (TestServer) async throws -> Answer
        /// What its answer contains if it lists what there is.
        let mark: String
    }

    typealias Download = @Sendable (TestServer) async throws -> Answer

    let lists: [(String, List)]
    let downloads: [(String, Download)]

    init(_ server: TestServer) async throws {
        let world = try await server.makeWorld(), account = world.account, sound = WAV.tones([440], milliseconds: 300)
        let other = try await server.makeMailbox("3001", in: account, ["owner_id": .string(world.user.id)])
        let shared = try await server.makeMailbox("6000", in: account)
        _ = try await server.service.groups.set(MailboxGroup(mode: .share, members: [world.mailbox.id, other.id]), of: shared.id, in: account)
        for mailbox in [world.mailbox, other, shared] {
            for _ in 0..<3 { _ = try await server.leave(audio: sound, in: mailbox, of: account) }
        }
        let below = try await server.makeAccount("Below", below: account)
        _ = try await server.makeAccount("Beside", below: account)
        for (name, shelf) in [
            ("hello.wav", .mailbox(world.mailbox)), ("together.wav", .mailbox(shared)), ("prompt.wav", .prompts(account: account)),
        ] as [(String, GreetingShelf)] {
            let upload = server.service.messages.receiveAudio()
            try await upload.write(.init(bytes: sound))
            let audio = try await upload.finish(contentType: "audio/wav", fileName: name, policy: .playableOnly)
            _ = try await server.service.greetings.put(name, audio: audio, origin: .upload, on: shelf)
        }
        let hook: JSON = ["name": "new", "uri": "https://hooks.example/", "http_verb": "post", "hook": "object"]
        let made = try await server.send("PUT", world.accountPath + "/webhooks", token: world.token, data: hook)
        let receiver = try #require(made.json["data"]?["id"]?.string, "\(made.text)")
        try await server.installation.store.write { writer in
            for status in [404, 200] {
                try writer.append(
                    AttemptRecord(receiverID: receiver, accountID: account.id, made: server.clock.now, status: status, isSuccess: status == 200))
            }
        }
        let key = try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: account).secret
        _ = try await server.send(
            "PUT", "/intake/recordings/call.wav?caller=3000&callee=2", headers: ["Authorization": "Bearer \(key)"], body: sound)
        let token = try await Self.pSeriesToken(server, account)
        let push: JSON = ["webhook_event_push_list": [["url": "https://push.example", "request_method": "POST", "event_ids": [0]]]]
        let pushed = try await server.send("POST", "/openapi/v1.0/webhook/update?access_token=" + token, json: push)
        #expect(pushed.json["errcode"] == 0, "\(pushed.text)")
        lists = Self.kazoo(world, below) + Self.pSeries(token) + (try await Self.sSeries(server, account))
        downloads = (try await Self.kazooDownloads(server, world)) + (try await Self.pSeriesDownloads(server, token))
    }

    private static func kazoo(_ world: TestWorld, _ below: Account) -> [(String, List)] {
        func list(_ path: String, _ mark: String, of account: Account? = nil) -> (String, List) {
            let account = account?.id ?? world.account.id
            return ("K " + path, List(ask: { try await $0.send("GET", "/v2/accounts/\(account)\(path)", token: world.token) }, mark: mark))
        }
        return [
            list("/vmboxes", "3001"), list("/vmboxes/\(world.mailbox.id)/messages", "media_id"), list("/vmboxes/messages", "media_id"),
            list("/users", TestWorld.username), list("/users/\(world.user.id)/vmboxes", "3001"), list("/media", "hello"),
            list("/webhooks", "hooks.example"), list("/webhooks/attempts", "404"), list("/children", "Below"), list("/descendants", "Below"),
            list("/siblings", "Beside", of: below), list("/tree", "Acme", of: below),
        ]
    }

    private static let range: KeyValuePairs = ["Range": "bytes=0-99"]

    private static func kazooDownloads(_ server: TestServer, _ world: TestWorld) async throws -> [(String, Download)] {
        let messages = "\(world.boxPath)/messages", media = world.accountPath + "/media"
        let message = try #require(try await server.send("GET", messages, token: world.token).json["data"]?.array?.first?["media_id"]?.string)
        let greeting = try #require(try await server.send("GET", media, token: world.token).json["data"]?.array?.first?["id"]?.string)
        return ["\(messages)/\(message)/raw", "\(media)/\(greeting)/raw"].map { path in
            ("K " + path, { try await $0.send("GET", path, headers: range, token: world.token) })
        }
    }

    private static func pSeriesDownloads(_ server: TestServer, _ token: String) async throws -> [(String, Download)] {
        func get(_ path: String) async throws -> JSON { try await server.send("GET", "/openapi/v1.0/\(path)&access_token=\(token)").json }
        func first(_ path: String, _ list: String) async throws -> JSON { try #require(try await get(path)[list]?.array?.first) }
        let message = try #require(try await first("vm/get?number=3000", "data")["msg_id"]?.string)
        let recording = try #require(try await first("recording/list?page=1", "data")["id"]?.int)
        let greeting = "extension=3000&file=hello.wav"
        let links = [
            try await get("vm/download?msg_id=\(message)")["download_resource_url"],
            try await get("recording/download?id=\(recording)")["download_resource_url"],
            try await get("extension_vm_greeting/download?\(greeting)")["download_resource_url"],
            try await get("extension_vm_greeting/play?\(greeting)")["play_resource_url"],
        ]
        return try links.map { link in
            let link = try #require(link?.string)
            return ("P " + link, { try await $0.send("GET", "\(link)?access_token=\(token)", headers: range) })
        }
    }

    private static func pSeriesToken(_ server: TestServer, _ account: Account) async throws -> String {
        let applications = Applications(server.service)
        let made = try await applications.create(name: "crm", permissions: nil, addresses: [], in: account)
        return try await applications.openPair(
            for: applications.logIn(made.credential.handle, secret: made.secret), TokenRules(maximumLive: 9)
        ).access
    }

    private static func pSeries(_ accessToken: String) -> [(String, List)] {
        func list(_ path: String, _ mark: String) -> (String, List) {
            let token = (path.contains("?") ? "&" : "?") + "access_token=" + accessToken
            return ("P " + path, List(ask: { try await $0.send("GET", "/openapi/v1.0/" + path + token) }, mark: mark))
        }
        return [
            list("vm/get?number=3000", "msg0000"), list("vm/get?number=6000", "msg0000"), list("vm/query?number=3000,3001,6000", "6000"),
            list("vm_group/list", "6000"),
            list("extension_vm_greeting/list?extension=3000", "hello"), list("vm_greeting/list?extension=6000", "together"),
            list("vm_global_greeting/list", "prompt"), list("recording/list", "call"), list("recording/search?caller=3000", "call"),
            list("extension/list", "3001"), list("extension/list?sort_by=number", "3001"), list("extension/search?search_value=300", "3001"),
            list("extension/query?number=3000,3001", "3001"), list("cdr/list", "3000"), list("cdr/search?number=3000", "3000"),
            list("webhook/query", "push.example"),
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
