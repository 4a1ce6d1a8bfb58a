import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// An account with extensions 3200 and 3201, the shared group box 6300 of the two, and an application with a token.
struct PSeriesWorld: Sendable {
    let server: TestServer
    let account: Account
    let extensions: [Mailbox]
    let group: Mailbox
    let application: IssuedCredential
    let token: String

    static func run<Value: Sendable>(
        permissions: Set<ApplicationPermission>? = nil, addresses: [String] = [], clock: ManualClock = ManualClock(),
        _ configure: (inout Configuration) -> Void = { _ in },
        _ body: @Sendable (PSeriesWorld) async throws -> Value
    ) async throws -> Value {
        try await TestServer.run(clock: clock, configure) { server in
            let account = try await server.makeAccount("Acme")
            let extensions = [try await server.makeMailbox("3200", in: account), try await server.makeMailbox("3201", in: account)]
            let box = try await server.makeMailbox("6300", in: account)
            let group = try await server.service.groups.set(
                MailboxGroup(mode: .share, kind: .ringGroup, members: extensions.map(\.id)), of: box.id, in: account)
            let application = try await Applications(server.service).create(
                name: "crm", permissions: permissions, addresses: addresses.compactMap(NetworkRange.init), in: account)
            let pair = try await Applications(server.service).openPair(
                for: Applications(server.service).logIn(application.credential.handle, secret: application.secret), TokenRules(maximumLive: 99))
            return try await body(
                PSeriesWorld(
                    server: server, account: account, extensions: extensions, group: group, application: application, token: pair.access))
        }
    }

    var service: VoicemailService { server.service }

    // MARK: Calls

    /// A path with its query, values encoded.
    static func path(_ endpoint: String, _ query: [(String, String)]) -> String {
        "/openapi/v1.0/" + endpoint + (query.isEmpty ? "" : "?") + query.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
    }

    /// Calls with the world's token and expects what every answer has: status 200 and JSON.
    func get(_ endpoint: String, _ query: KeyValuePairs<String, String> = [:], _ location: SourceLocation = #_sourceLocation) async throws -> JSON {
        try await raw("GET", Self.path(endpoint, [("access_token", token)] + query.map { ($0.key, $0.value) }), location: location)
    }

    func post(_ endpoint: String, _ body: JSON, _ location: SourceLocation = #_sourceLocation) async throws -> JSON {
        try await raw("POST", Self.path(endpoint, [("access_token", token)]), Array(body.encoded.utf8), location: location)
    }

    func raw(
        _ method: String, _ path: String, _ body: [UInt8]? = nil, headers: KeyValuePairs<String, String> = ["Content-Type": "application/json"],
        location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await server.send(method, path, headers: headers, body: body)
        #expect(answer.status == 200, sourceLocation: location)
        #expect(answer["Content-Type"] == "application/json", sourceLocation: location)
        #expect(answer.json["errcode"]?.int != nil && answer.json["errmsg"]?.string != nil, sourceLocation: location)
        return answer.json
    }

    // MARK: Uploads

    /// One part of an upload as clients write it.
    struct Part {
        let disposition: String
        let body: [UInt8]

        static func field(_ name: String, _ value: String) -> Part { Part(disposition: "form-data; name=\"\(name)\"", body: Array(value.utf8)) }

        static func file(_ label: String, _ bytes: [UInt8]) -> Part {
            Part(disposition: "form-data; name=\"file\"; filename=\"\(label)\"", body: bytes)
        }
    }

    static let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

    static func body(_ parts: [Part]) -> [UInt8] {
        parts.flatMap { part in
            let isFile = part.disposition.contains("filename")
            return Array("--\(boundary)\r\nContent-Disposition: \(part.disposition)\r\n\(isFile ? "Content-Type: audio/wav\r\n" : "")\r\n".utf8)
                + part.body + Array("\r\n".utf8)
        } + Array("--\(boundary)--\r\n".utf8)
    }

    func upload(_ parts: [Part], to endpoint: String = "extension_vm_greeting/upload", _ location: SourceLocation = #_sourceLocation) async throws -> JSON {
        try await raw(
            "POST", Self.path(endpoint, [("access_token", token)]), Self.body(parts),
            headers: ["Content-Type": "multipart/form-data; boundary=\(Self.boundary)"], location: location)
    }

    /// Uploads a greeting of 3200 as the vendor's page does.
    func upload(
        _ label: String, _ bytes: [UInt8], owner: String = "3200", check: String = "force", to endpoint: String = "extension_vm_greeting/upload",
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        try await upload([.file(label, bytes), .field("owner", owner), .field("is_check", check)], to: endpoint, location)
    }

    /// The names in an extension's list.
    func greetingNames(_ number: String = "3200") async throws -> [String] {
        try await get("extension_vm_greeting/list", ["extension": number])["greeting_list"]?.array?.compactMap { $0["real_filename"]?.string } ?? []
    }

    // MARK: Messages and recordings

    /// Leaves a message in the box of 3200, or in another.
    @discardableResult
    func leave(
        _ sound: [UInt8]? = WAV.silence(milliseconds: 1000), from number: String = "2001", name: String = "Bob", at unix: Int? = nil,
        in mailbox: Mailbox? = nil, contentType: String = "audio/wav", fileName: String = "message.wav"
    ) async throws -> Message {
        let draft = MessageDraft(callerName: name, callerNumber: number, timestamp: unix.map { Timestamp(unix: $0) })
        return try await server.leave(draft, audio: sound, contentType: contentType, fileName: fileName, in: mailbox ?? extensions[0], of: account)
    }

    /// `msg_id` of a message, put together anew.
    static func id(_ message: Message) -> JSON { .string("\(message.timestamp.unix)-" + String(format: "%08x", message.serial)) }

    /// The messages of a box as listed.
    func messages(_ number: String = "3200") async throws -> [JSON] { try await get("vm/get", ["number": number])["data"]?.array ?? [] }

    /// Adds a recording.
    @discardableResult
    func record(
        _ draft: RecordingDraft, _ sound: [UInt8] = WAV.tones([440, 880], milliseconds: 200), in account: Account? = nil
    ) async throws -> Recording {
        let intake = service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: sound))
        let audio = try await intake.finish(contentType: "audio/wav", fileName: "call.wav", policy: .playableOnly)
        return try await service.recordings.add(draft, audio: audio, in: account ?? self.account)
    }

    /// Fetches the file behind a link of an answer.
    func fetch(_ answer: JSON, headers: KeyValuePairs<String, String> = [:], method: String = "GET") async throws -> Answer {
        let url = try #require((answer["download_resource_url"] ?? answer["play_resource_url"])?.string)
        return try await server.send(method, url + "?access_token=" + token, headers: headers)
    }
}

extension JSON {
    var code: Int? { self["errcode"]?.int }
}

/// Expects two JSON values to be the same, the order of keys included: answers read as the contract prints them.
func expect(_ actual: JSON, is expected: JSON, _ location: SourceLocation = #_sourceLocation) {
    #expect(actual.isEquivalent(to: expected), "\(actual.encoded)\nis not\n\(expected.encoded)", sourceLocation: location)
}

/// Expects an answer to be of a code with the text that belongs to it, whatever else it has.
func expect(_ actual: JSON, fails code: Int, _ message: String, _ location: SourceLocation = #_sourceLocation) {
    #expect(actual["errcode"] == .int(code), "\(actual.encoded)", sourceLocation: location)
    #expect(actual["errmsg"] == .string(message), "\(actual.encoded)", sourceLocation: location)
}

/// A published error of one parameter.
func parameterError(_ field: String, _ value: JSON? = nil, required: Bool = false) -> JSON {
    var item: JSONObject = ["field": .string(field)]
    item["value"] = value
    if required { item["validation_type"] = "required" }
    return ["errcode": 40002, "errmsg": "PARAMETER ERROR", "invalid_param_list": [.object(item)]]
}
