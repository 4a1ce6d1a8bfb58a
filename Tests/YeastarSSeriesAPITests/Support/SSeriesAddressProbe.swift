import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

/// The dialect asked without a socket, so that requests can come from any address. The client is logged in from 192.0.2.10, and
/// extension 1000 has one message.
struct SSeriesAddressProbe: Sendable {
    private let dialect: SSeriesDialect
    private let token: String

    init(_ server: TestServer, enforcing: Bool) async throws {
        let service = server.service
        let account = try await server.makeAccount("Acme")
        let mailbox = try await server.makeMailbox("1000", in: account)
        try await server.leave(from: "1", at: "2020-04-07 10:00:00", in: mailbox, of: account)
        dialect = SSeriesDialect(
            service: service, settings: SSeriesSettings(enforcesDownloadAddress: enforcing),
            loginGuard: server.makeLoginGuard())
        let user = try await server.makeSSeriesUser(in: account)
        let login = try await Self.post("login", user.login(), token: nil, to: dialect)
        token = try #require(login["token"]?.string)
    }

    func heartbeat(naming address: String) async throws {
        #expect(try await Self.post("heartbeat", ["ipaddr": .string(address)], token: token, to: dialect) == succeeded)
    }

    func random(allowed: String?) async throws -> String {
        var body: JSONObject = ["extid": "1000", "voicemailfile": "msg0000.wav"]
        body["allowedip"] = allowed.map { .string($0) }
        return try #require(try await Self.post("voicemail/get_random", .object(body), token: token, to: dialect)["random"]?.string)
    }

    func download(from address: String, allowed: String?) async throws -> String {
        try await download(try await random(allowed: allowed), from: address)
    }

    /// `RIFF`, or the failure's number.
    func download(_ random: String, from address: String) async throws -> String {
        let query = try Query(parsing: "extid=1000&voicemailfile=msg0000.wav&random=\(random)&token=\(token)")
        let response = await dialect.respond(to: Self.request(.get, "voicemail/download", query, address))
        switch response.body {
        case .file(let slice): return String(buffer: try await slice.reader.read(at: 0, count: 4))
        case .bytes(let bytes): return try JSON.parse(bytes.readableBytesView)["errno"]?.string ?? ""
        case .stream: return "stream"
        }
    }

    private static func post(_ endpoint: String, _ body: JSON, token: String?, to dialect: SSeriesDialect) async throws -> JSON {
        let query = try Query(parsing: token.map { "token=\($0)" } ?? "")
        let response = await dialect.respond(to: request(.post, endpoint, query, "192.0.2.10", body.encode()))
        guard case .bytes(let bytes) = response.body else { return .null }
        return try JSON.parse(bytes.readableBytesView)
    }

    private static func request(
        _ method: HTTPRequest.Method, _ endpoint: String, _ query: Query, _ address: String, _ body: ByteBuffer = ByteBuffer()
    ) -> FrontRequest {
        let path = "/api/v1.1.0/" + endpoint
        return FrontRequest(
            id: "1", method: method, path: path, segments: path.split(separator: "/").map(String.init), query: query,
            body: RequestBody(body), remote: address, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
