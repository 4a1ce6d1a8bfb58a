import AsyncHTTPClient
import Foundation
import KazooAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import SIP
import Server
import Voicemail
import YeastarSSeriesAPI

/// One call to the running server over real SIP, and the message that it left in the words of every interface.
struct DemoCall: Sendable {
    let world: DemoWorld
    let calls: CallAddress
    let requests: ListenAddress
    /// Where what was heard is saved.
    let file: String

    /// - Returns: for people, what happened; and as one value.
    func run() async throws -> (text: String, facts: JSONObject) {
        guard let person = world.people.first else { throw Refusal("the demonstration has no mailbox") }
        let (number, port) = (person.mailbox.number, calls.port)
        let outcome = try await NIOThreadPool.singleton.runIfActive { try DemoCaller(number, at: port).call() }
        let samples = outcome.heard.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try Data(Self.waveHead(samples.count) + samples).write(to: URL(filePath: file))
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let shown: [(String, JSON)]
        do {
            shown = try await show(person, client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        let heard = Double(outcome.heard.count) / Double(Clip.rate), said = Double(outcome.saidMilliseconds) / 1000
        var lines = [
            "", "call      \(DemoCaller.name) \(DemoCaller.number) called mailbox \(number), heard \(Self.seconds(heard)) and said \(Self.seconds(said))",
            "heard     \(file)",
        ]
        for (title, message) in shown { lines += ["", title, "  " + message.encoded] }
        let facts: JSONObject = [
            "id": "call", "mailbox": .string(number), "heard": .string(file), "heard_seconds": .double(heard), "said_seconds": .double(said),
            "message": .object(JSONObject(uniqueKeysWithValues: shown)),
        ]
        return (lines.joined(separator: "\n"), facts)
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }

    // MARK: The message

    private func show(_ person: DemoWorld.Person, _ client: HTTPClient) async throws -> [(String, JSON)] {
        [
            ("KAZOO", try await kazoo(person, client)), ("Yeastar P-Series", try await pSeries(person, client)),
            ("S-Series and OpenVox UC", try await sSeries(person, client)),
        ]
    }

    private func kazoo(_ person: DemoWorld.Person, _ client: HTTPClient) async throws -> JSON {
        let login: JSON = [
            "data": [
                "credentials": .string(LoginDigest.md5.digest(person.username, person.password)), "method": "md5", "account_name": .string(world.account.name),
            ]
        ]
        let token = try await ask(client, "PUT", "/v2/user_auth", login)["auth_token"]?.string ?? ""
        let path = "/v2/accounts/\(world.account.id)/vmboxes/\(person.mailbox.id)/messages"
        return try await found { try await ask(client, "GET", path, token: token) }
    }

    private func pSeries(_ person: DemoWorld.Person, _ client: HTTPClient) async throws -> JSON {
        let login: JSON = ["username": .string(world.application.credential.handle), "password": .string(world.application.secret)]
        let token = try await ask(client, "POST", "/openapi/v1.0/get_token", login)["access_token"]?.string ?? ""
        let path = "/openapi/v1.0/vm/get?number=\(person.mailbox.number)&access_token=\(token)"
        return try await found { try await ask(client, "GET", path) }
    }

    private func sSeries(_ person: DemoWorld.Person, _ client: HTTPClient) async throws -> JSON {
        let login: JSON = ["username": .string(world.apiUser.name), "password": .string(APIUsers.digest(ofPassword: world.apiUser.password)), "port": "8260"]
        let token = try await ask(client, "POST", "/api/v1.1.0/login", login)["token"]?.string ?? ""
        let path = "/api/v1.1.0/voicemail/query?token=\(token)"
        return try await found { try await ask(client, "POST", path, ["extid": .string(person.mailbox.number)]) }
    }

    /// The message of the call among those that are listed; it may take a moment to be there.
    private func found(_ list: () async throws -> JSON) async throws -> JSON {
        let clock = ContinuousClock(), end = clock.now + .seconds(60)
        while clock.now < end {
            if let message = Self.message(in: try await list()) { return message }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Refusal("the message of the call is not there")
    }

    /// The value that names the caller, however deep an interface lays it.
    private static func message(in value: JSON) -> JSON? {
        switch value {
        case .object(let members):
            if members.values.contains(where: { $0.string?.contains(DemoCaller.number) == true }) { return value }
            return members.values.lazy.compactMap(message(in:)).first
        case .array(let items): return items.lazy.compactMap(message(in:)).first
        default: return nil
        }
    }

    private func ask(_ client: HTTPClient, _ method: String, _ path: String, _ body: JSON? = nil, token: String? = nil) async throws -> JSON {
        var request = HTTPClientRequest(url: "\(requests)\(path)")
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "X-Auth-Token", value: token) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.encoded))
        }
        let answer = try await client.execute(request, timeout: .seconds(60))
        let bytes = try await answer.body.collect(upTo: 1 << 20)
        return try JSON.parse(String(buffer: bytes))
    }

    private static func waveHead(_ count: Int) -> [UInt8] {
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func half(_ value: Int) -> [UInt8] { Array(word(value).prefix(2)) }
        return Array("RIFF".utf8) + word(36 + count) + Array("WAVEfmt ".utf8) + word(16) + half(1) + half(1) + word(8000) + word(16_000) + half(2) + half(16)
            + Array("data".utf8) + word(count)
    }
}
