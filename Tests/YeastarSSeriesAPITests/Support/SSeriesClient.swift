import Audio
import Server
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

/// A client of one version, logged in.
struct SSeriesClient: Sendable {
    let server: TestServer
    let version: String
    let token: String

    /// The answer to a POST, as JSON.
    func post(_ endpoint: String, _ body: JSON? = nil) async throws -> JSON {
        try await send(endpoint, body.map { $0.encoded } ?? "").json
    }

    /// Posts a body as it is.
    func send(_ endpoint: String, _ body: String, query: String = "") async throws -> Answer {
        try await server.send("POST", "/api/\(version)/\(endpoint)?token=\(token)\(query)", body: Array(body.utf8))
    }

    /// Gets a link of this version: `voicemail/download?…`, the token added.
    func get(_ link: String, method: String = "GET") async throws -> Answer {
        try await server.send(method, "/api/\(version)/\(link)&token=\(token)")
    }

    /// The same client in another version.
    func speaking(_ version: String) -> SSeriesClient { SSeriesClient(server: server, version: version, token: token) }
}

/// A failure as the wire has it; parsing puts keys in alphabetical order.
func failed(_ errno: String) -> JSON { ["errno": .string(errno), "status": "Failed"] }

let succeeded: JSON = ["status": "Success"]

/// A user of the interface with his password.
struct SSeriesUser: Sendable {
    let name: String
    let password: String

    /// The body of a login.
    func login(_ more: JSONObject = ["port": "8260"]) -> JSON {
        var body: JSONObject = ["username": .string(name), "password": .string(MD5.hex(password))]
        body.merge(more) { $1 }
        return .object(body)
    }
}

extension TestServer {
    func makeSSeriesUser(in account: Account, name: String? = nil) async throws -> SSeriesUser {
        let issued = try await APIUsers(service).create(name: name, in: account)
        return SSeriesUser(name: issued.credential.handle, password: issued.secret)
    }

    func logIn(_ user: SSeriesUser, _ version: String = "v1.1.0") async throws -> SSeriesClient {
        let answer = try await send("POST", "/api/\(version)/login", json: user.login())
        return SSeriesClient(server: self, version: version, token: try #require(answer.json["token"]?.string))
    }

    /// Leaves a message of `seconds` at a local time such as `2020-04-07 10:56:40`, UTC.
    @discardableResult
    func leave(
        from number: String, at time: String, seconds: Double = 1, folder: Folder = .new, format: FileFormat = .wavPCM16, in mailbox: Mailbox,
        of account: Account
    ) async throws -> Message {
        let moment = try #require(Timestamp(rfc3339: time.replacing(" ", with: "T") + "Z"))
        let audio = try AudioSamples.tones([440], seconds: seconds).encoded(as: format)
        return try await leave(
            MessageDraft(callerNumber: number, folder: folder, timestamp: moment), audio: audio, contentType: format.container.contentType, in: mailbox,
            of: account)
    }
}

/// An account with extensions, and a client logged in.
struct SSeriesWorld: Sendable {
    let account: Account
    let client: SSeriesClient

    /// 2020-04-07 22:00:00 UTC, the day of the vendor's example.
    static let evening = Timestamp(unix: 1_586_296_800)

    /// Runs `body` with the extensions of `numbers` and a client of `version`.
    static func run(
        _ version: String = "v1.1.0", extensions numbers: [String] = [], now: Timestamp = evening,
        _ configure: (inout Configuration) -> Void = { _ in }, _ body: @Sendable (SSeriesWorld) async throws -> Void
    ) async throws {
        try await TestServer.run(clock: ManualClock(now), configure) { server in
            try await body(try await SSeriesWorld(on: server, version, extensions: numbers))
        }
    }

    /// Runs `body` for each of `cases` in a world of its own, all on one server.
    static func run<Case: Sendable>(
        each cases: [Case], extensions numbers: [String] = [], version: @Sendable (Case) -> String = { _ in "v1.1.0" },
        _ body: @Sendable (SSeriesWorld, Case) async throws -> Void
    ) async throws {
        try await TestServer.run(clock: ManualClock(evening)) { server in
            for one in cases { try await body(try await SSeriesWorld(on: server, version(one), extensions: numbers), one) }
        }
    }

    /// An account of its own on a server.
    init(on server: TestServer, _ version: String = "v1.1.0", extensions numbers: [String] = []) async throws {
        account = try await server.makeAccount("Acme")
        for number in numbers { _ = try await server.makeMailbox(number, in: account) }
        client = try await server.logIn(try await server.makeSSeriesUser(in: account), version)
    }

    var server: TestServer { client.server }

    func mailbox(_ number: String) async throws -> Mailbox {
        try #require(try await server.service.mailboxes.find(number: number, of: account))
    }

    /// Leaves a message in the mailbox of a number.
    @discardableResult
    func leave(
        in number: String, from caller: String = "2000", at time: String = "2020-04-07 10:56:40", seconds: Double = 1, folder: Folder = .new,
        format: FileFormat = .wavPCM16
    ) async throws -> Message {
        try await server.leave(from: caller, at: time, seconds: seconds, folder: folder, format: format, in: try await mailbox(number), of: account)
    }

    /// The names and callers of a mailbox's messages as `voicemail/query` shows them.
    func listed(_ number: String) async throws -> [String] {
        let answer = try await client.post("voicemail/query", ["extid": .string(number)])
        let items = answer["voicemails"]?.array?.first?["voicemail"]?.array ?? []
        return items.map { ($0["voicemailfile"]?.string ?? "?") + " " + ($0["messagefrom"]?.string ?? "?") }
    }
}
