import HTTPTypes
@testable import KazooAPI
import TestKit
import Testing
import Voicemail

/// Every endpoint against every kind of caller (K§3.5).
@Suite struct PermissionTests {
    enum Caller: String, CaseIterable, Sendable {
        case nobody, madeUp, expired, revoked, foreign, child, parent, own

        /// The status that a caller who may not gets; nil for one who may.
        var refusal: Int? {
            switch self {
            case .nobody, .madeUp, .expired, .revoked: 401
            // A sub-account may not act on the account above it.
            case .foreign, .child: 403
            case .parent, .own: nil
            }
        }
    }

    struct Endpoint: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        var body: String?
        var testDescription: String { "\(method) \(path)" }

        init(_ method: String, _ path: String, _ body: String? = nil) {
            self.method = method
            self.path = path
            self.body = body
        }
    }

    static let endpoints = [
        Endpoint("GET", ""), Endpoint("PUT", "", #"{"data":{"name":"sub"}}"#), Endpoint("POST", "", #"{"data":{"name":"Acme"}}"#),
        Endpoint("PATCH", "", #"{"data":{"k":1}}"#),
        Endpoint("GET", "/children"), Endpoint("GET", "/descendants"), Endpoint("GET", "/siblings"), Endpoint("GET", "/tree"),
        Endpoint("GET", "/search?t=account&q=name&v=a"), Endpoint("GET", "/apps_store"), Endpoint("GET", "/apps_store/{app}"),
        Endpoint("GET", "/vmboxes"), Endpoint("PUT", "/vmboxes", #"{"data":{"name":"n","mailbox":"4711"}}"#), Endpoint("GET", "/vmboxes/messages"),
        Endpoint("GET", "/vmboxes/{box}"), Endpoint("POST", "/vmboxes/{box}", #"{"data":{"name":"n","mailbox":"3000"}}"#),
        Endpoint("PATCH", "/vmboxes/{box}", #"{"data":{"k":1}}"#), Endpoint("DELETE", "/vmboxes/{box}"),
        Endpoint("GET", "/vmboxes/{box}/messages"), Endpoint("PUT", "/vmboxes/{box}/messages", #"{"data":{}}"#),
        Endpoint("POST", "/vmboxes/{box}/messages", #"{"data":{"messages":["{message}"]}}"#), Endpoint("DELETE", "/vmboxes/{box}/messages"),
        Endpoint("POST", "/vmboxes/{box}/messages/raw", #"{"data":{"messages":["{message}"]}}"#),
        Endpoint("GET", "/vmboxes/{box}/messages/{message}"), Endpoint("POST", "/vmboxes/{box}/messages/{message}", #"{"data":{}}"#),
        Endpoint("DELETE", "/vmboxes/{box}/messages/{message}"), Endpoint("GET", "/vmboxes/{box}/messages/{message}/raw"),
        Endpoint("PUT", "/vmboxes/{box}/messages/{message}/raw", "audio"), Endpoint("PUT", "/vmboxes/{box}/messages/{message}", "audio"),
        Endpoint("GET", "/users"), Endpoint("PUT", "/users", #"{"data":{"first_name":"a","last_name":"b"}}"#), Endpoint("GET", "/users/{user}"),
        Endpoint("POST", "/users/{user}", #"{"data":{"first_name":"a","last_name":"b","username":"anna"}}"#),
        Endpoint("PATCH", "/users/{user}", #"{"data":{"k":1}}"#), Endpoint("GET", "/users/{user}/vmboxes"),
        Endpoint("GET", "/media"), Endpoint("PUT", "/media", #"{"data":{"name":"m"}}"#), Endpoint("GET", "/media/{media}"),
        Endpoint("POST", "/media/{media}", #"{"data":{"name":"m"}}"#), Endpoint("DELETE", "/media/{media}"), Endpoint("GET", "/media/{media}/raw"),
        Endpoint("POST", "/media/{media}/raw", "audio"), Endpoint("GET", "/media/languages"), Endpoint("GET", "/media/prompts"),
        Endpoint("GET", "/media/languages/en-us"),
        Endpoint("GET", "/webhooks"), Endpoint("PUT", "/webhooks", #"{"data":{"name":"h","uri":"https://example.com/h","hook":"all"}}"#),
        Endpoint("PATCH", "/webhooks", #"{"data":{"re-enable":true}}"#), Endpoint("GET", "/webhooks/{hook}"),
        Endpoint("POST", "/webhooks/{hook}", #"{"data":{"name":"h","uri":"https://example.com/h","hook":"all"}}"#),
        Endpoint("PATCH", "/webhooks/{hook}", #"{"data":{"k":1}}"#), Endpoint("DELETE", "/webhooks/{hook}"), Endpoint("GET", "/webhooks/attempts"),
        Endpoint("GET", "/webhooks/{hook}/attempts"), Endpoint("GET", "/token_auth"), Endpoint("GET", "/media/prompts/vm-enter_pass"),
    ]

    /// Those that end what the callers stand on, or that only administrators of the whole system may call: who may is let in by
    /// the tests of accounts and logins.
    static let guarded = [
        Endpoint("DELETE", ""), Endpoint("DELETE", "/users/{user}"),
        Endpoint("PUT", "/users/{user}/user_auth", #"{"data":{"action":"impersonate_user"}}"#), Endpoint("GET", "/user_auth/{token}"),
    ]

    /// Those whose paths name no account: any token that is good is let in, so there are no strangers.
    static let accountless = [
        Endpoint("GET", "/token_auth"), Endpoint("DELETE", "/token_auth"), Endpoint("GET", "/user_auth/{token}"),
        Endpoint("PUT", "/accounts", #"{"data":{"name":"sub"}}"#), Endpoint("GET", "/account"), Endpoint("PATCH", "/account", #"{"data":{"k":1}}"#),
        Endpoint("GET", "/account/vmboxes"), Endpoint("DELETE", "/account/vmboxes/{box}"),
        Endpoint("DELETE", "/account/vmboxes/{box}/messages"),
    ]

    /// Every route that needs a token, by every method it has, is among the endpoints.
    @Test func noEndpointIsLeftOut() {
        func names(_ endpoints: [Endpoint], _ prefix: [String]) -> [String] {
            endpoints.compactMap { endpoint in
                let path = endpoint.path.prefix { $0 != "?" }
                let segments = prefix + path.split(separator: "/" as Character).map(String.init)
                return RoutedPath(segments).map { endpoint.method + " " + $0.route.template }
            }
        }
        let tested = Set(names(Self.endpoints + Self.guarded, ["accounts", "a"]) + names(Self.accountless, []))
        let offered = Set(KazooRoute.samples.filter { !$0.isPublic }.flatMap { route in route.methods.map { $0.rawValue + " " + route.template } })
        #expect(offered.subtracting(tested).sorted() == [])
    }

    /// Tries every caller who may not and expects his refusal and that nothing changed, then runs `body`.
    private static func refusing(
        _ endpoint: Endpoint, _ body: @Sendable (TestServer, TestWorld, [Caller: String?]) async throws -> Void = { _, _, _ in }
    ) async throws {
        try await TestServer.run { server in
            let parent = try await server.makeAccount("Above")
            let world = try await server.makeWorld(below: parent)
            let place = try await Place(server, world)
            let tokens = try await Self.tokens(server, world, parent)
            let before = try await Self.fingerprint(server, world)
            for caller in Caller.allCases where caller.refusal != nil {
                let answer = try await place.send(endpoint, token: tokens[caller] ?? nil)
                #expect(answer.status == caller.refusal, "\(caller): \(answer.text)")
                #expect(answer.json["error"]?.string == caller.refusal.map(String.init))
                #expect(answer.json["data"]?.object != nil)
            }
            #expect(try await Self.fingerprint(server, world) == before, "a refused call changed something")
            try await body(server, world, tokens)
        }
    }

    @Test(arguments: guarded) func onlyWhoMayEndsThings(_ endpoint: Endpoint) async throws { try await Self.refusing(endpoint) }

    @Test(arguments: accountless) func aTokenIsNeededWhereNoAccountIsNamed(_ endpoint: Endpoint) async throws {
        try await TestServer.run { server in
            let parent = try await server.makeAccount("Above")
            let world = try await server.makeWorld(below: parent)
            let place = try await Place(server, world)
            let tokens = try await Self.tokens(server, world, parent)
            let before = try await Self.fingerprint(server, world)
            for caller in [Caller.nobody, .madeUp, .expired, .revoked] {
                let answer = try await place.send(endpoint, token: tokens[caller] ?? nil, base: "/v2")
                #expect(answer.status == 401, "\(caller): \(answer.text)")
            }
            #expect(try await Self.fingerprint(server, world) == before, "a refused call changed something")
            let answer = try await place.send(endpoint, token: world.token, base: "/v2")
            #expect((200...299).contains(answer.status), "\(answer.text)")
        }
    }

    @Test(arguments: endpoints) func onlyWhoMayIsLetIn(_ endpoint: Endpoint) async throws {
        try await Self.refusing(endpoint) { server, world, tokens in
            for caller in [Caller.parent, .own] {
                // The state is made anew, since the call before may have removed it.
                let fresh = try await Place(server, world, number: caller == .own ? "3001" : "3002")
                let answer = try await fresh.send(endpoint, token: tokens[caller] ?? nil, uniquely: caller.rawValue)
                #expect((200...299).contains(answer.status), "\(caller): \(answer.text)")
            }
        }
    }

    /// Ids that paths name.
    private struct Place {
        let server: TestServer
        let words: [String: String]

        init(_ server: TestServer, _ world: TestWorld, number: String? = nil) async throws {
            self.server = server
            let mailbox = if let number { try await server.makeMailbox(number, in: world.account) } else { world.mailbox }
            let message = try await server.leave(audio: Sounds.wav(milliseconds: 20), in: mailbox, of: world.account)
            let greeting = try await server.service.greetings.create(["name": "g"], id: nil, in: world.account)
            let path = world.accountPath
            _ = try await server.send(
                "POST", "\(path)/media/\(greeting.id)/raw", headers: ["Content-Type": "audio/wav"], token: world.token, body: Sounds.wav(milliseconds: 20))
            let hook = try await server.service.webhooks.create(
                ["name": "h", "uri": "https://example.com/h", "hook": "all"], id: nil, in: world.account)
            let app = try await server.send("GET", path + "/apps_store", token: world.token).data.array?.first?["id"]?.string
            words = [
                "{account}": path, "{box}": mailbox.id, "{number}": mailbox.number, "{message}": message.monthID, "{user}": world.user.id,
                "{media}": greeting.id, "{hook}": hook.id, "{app}": app ?? "", "{token}": world.token,
            ]
        }

        func send(_ endpoint: Endpoint, token: String?, base: String = "{account}", uniquely suffix: String = "") async throws -> Answer {
            let isAudio = endpoint.body == "audio"
            let body = endpoint.body.map { isAudio ? Sounds.wav(milliseconds: 20) : Array(filled($0, suffix).utf8) }
            return try await server.send(
                endpoint.method, filled(base + endpoint.path, ""), headers: ["Content-Type": isAudio ? "audio/wav" : "application/json"],
                token: token, body: body)
        }

        private func filled(_ text: String, _ suffix: String) -> String {
            var text = words.reduce(text) { $0.replacing($1.key, with: $1.value) }
            text = text.replacing(#""mailbox":"3000""#, with: #""mailbox":"\#(words["{number}"] ?? "")""#)
            return text.replacing("4711", with: "4711" + suffix)
        }
    }

    private static func tokens(_ server: TestServer, _ world: TestWorld, _ parent: Account) async throws -> [Caller: String?] {
        let foreign = try await server.makeAccount("Elsewhere")
        let child = try await server.makeAccount("Below", below: world.account)
        let expired = try await server.makeToken(for: world.account, lifetime: 10)
        server.clock.advance(by: 10)
        let revoked = try await server.makeToken(for: world.account)
        #expect(try await server.send("DELETE", "/v2/token_auth", token: revoked).status == 200)
        return [
            .nobody: nil, .madeUp: "a.b.c", .expired: expired, .revoked: revoked, .foreign: try await server.makeToken(for: foreign),
            .child: try await server.makeToken(for: child), .parent: try await server.makeToken(for: parent), .own: world.token,
        ]
    }

    /// What a caller who may not must not have changed.
    private static func fingerprint(_ server: TestServer, _ world: TestWorld) async throws -> [String] {
        var lines: [String] = []
        for path in ["", "/vmboxes?paginate=false", "/vmboxes/messages", "/users", "/media", "/webhooks"] {
            lines.append(try await server.send("GET", world.accountPath + path, token: world.token).envelope.encoded)
        }
        return lines
    }
}
