import HTTPTypes
import TestKit
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Which failure when, in which order (S§2.0, S§2.6)")
struct ProtocolTests {
    private static let refusedPaths = [
        ("/api/v1.1.0/", "20009"), ("/api/v1.1.0", "20009"), ("/api/v9.9.9", "20009"), ("/api/v1.1.0/nothing", "10003"),
        ("/api/v9.9.9/login", "10003"), ("/api/v1.1.0/voicemail", "10003"), ("/api/v1.1.0/voicemail/query/x", "10003"),
        ("/api/v1.1.0/VOICEMAIL/QUERY", "10003"), ("/api/v1.1.0/voicemail//query", "10003"), ("/api/v1.1.0/%00", "10003"),
        ("/api/v1.1.0/extension/list", "10003"), ("/api/v2.0.0/extensionlist/query", "10003"), ("/api/v1.1.0/apply", "10003"),
        ("/api/v1.0.0/extension/add", "10003"), ("/api/v0.0.1/token/refresh", "10003"), ("/api/v1.1.0/voicemail/query/", "20005"),
        ("/api/v1.1.0/voicemail/query?token=%ff", "20010"),
    ]

    @Test("Paths")
    func paths() async throws {
        try await TestServer.run { server in
            for (path, errno) in Self.refusedPaths {
                let answer = try await server.send("POST", path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.json == failed(errno), "\(path)")
                #expect(answer["Access-Control-Allow-Origin"] == "*", "\(path)")
            }
        }
    }

    @Test("A path that is not percent-encoded UTF-8")
    func malformedPath() async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("POST /api/v1.1.0/%ff HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix(#"{"status":"Failed","errno":"10003"}"#))
        }
    }

    @Test("Every endpoint in every version refuses methods that are not its own before it looks at anything")
    func methods() async throws {
        try await TestServer.run { server in
            for version in APIVersion.all {
                for endpoint in version.endpoints {
                    let own = endpoint.methods.map(\.rawValue)
                    for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] where !own.contains(method) {
                        let answer = try await server.send(method, "/api/\(version.segment)/\(endpoint.rawValue)", body: Array("{".utf8))
                        #expect(answer.json == failed(endpoint.isDownload ? "10003" : "20001"), "\(method) \(endpoint)")
                    }
                }
            }
        }
    }

    @Test("Every endpoint with a token judges it before the body, and the body before its parameters")
    func order() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            for version in APIVersion.all {
                let client = world.client.speaking(version.segment)
                for endpoint in version.endpoints where endpoint.needsToken && !endpoint.isDownload && endpoint != .logout {
                    let place = "/api/\(version.segment)/\(endpoint.rawValue)"
                    #expect(try await world.server.send("POST", place, body: Array("{".utf8)).json == failed("20005"), "\(endpoint)")
                    #expect(try await world.server.send("POST", place + "?token=0", body: Array("{".utf8)).json == failed("20004"), "\(endpoint)")
                    #expect(try await client.send(endpoint.rawValue, "{").json == failed("20000"), "\(endpoint)")
                    #expect(try await client.send(endpoint.rawValue, "<xml/>").json == failed("10002"), "\(endpoint)")
                }
            }
        }
    }

    private static let got = [
        ("v0.0.1", "extensionlist/query"), ("v1.0.0", "extensionlist/query"), ("v1.10", "extensionlist/query"), ("v2.0.0", "extension/list"),
        ("v1.1.0", "deviceinfo/query"), ("v2.0.0", "deviceinfo/query"), ("v0.0.1", "heartbeat"), ("v2.0.0", "heartbeat"), ("v1.1.0", "logout"),
    ]

    @Test("What needs no body is answered to GET as to POST (S§2.1)")
    func withoutBody() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            for (version, endpoint) in Self.got {
                let client = try await world.server.logIn(try await world.server.makeSSeriesUser(in: world.account))
                let path = "/api/\(version)/\(endpoint)"
                let answer = try await world.server.send("GET", path + "?token=\(client.token)")
                #expect(answer["Content-Type"] == "application/json")
                #expect(answer.text == (try await world.client.speaking(version).send(endpoint, "").text), "\(version) \(endpoint)")
                #expect(answer.json["status"] == "Success", "\(version) \(endpoint)")
                #expect(try await world.server.send("GET", path).json == failed("20005"), "\(version) \(endpoint)")
                if endpoint == "logout" { #expect(try await client.post("heartbeat") == failed("20004")) }
            }
        }
    }

    @Test("A login and a query at v1.10, with a byte order mark before each body")
    func vendorSpelling() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            _ = try await server.makeMailbox("1000", in: account)
            let user = try await server.makeSSeriesUser(in: account)
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            for (type, body) in [
                ("json", user.login([:]).encoded),
                ("xml", "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><username>\(user.name)</username><password>\(MD5.hex(user.password))</password></xml>"),
            ] {
                let answer = try await server.send("POST", "/api/v1.10/login?type=\(type)", body: mark + Array(body.utf8))
                let token = try #require(answer.text.firstMatch(of: /[0-9a-f]{32}/)).0
                let list = try await server.send("POST", "/api/v1.10/extensionlist/query?token=\(token)", body: mark + Array("{}".utf8))
                #expect(
                    list.text
                        == #"{"status":"Success","extlist":[{"extnumber":"1000","status":"Unavailable","type":"SIP","username":"Box 1000","agentid":""}]}"#)
            }
        }
    }

    @Test("The right to an account ends at its door: nothing of another account can be reached")
    func foreign() async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let other = try await world.server.makeAccount("Other")
            let box = try await world.server.makeMailbox("2000", in: other)
            try await world.server.leave(from: "1", at: "2020-04-07 10:00:00", in: box, of: other)
            for (endpoint, body) in [
                ("voicemail/query", ["number": "2000"]), ("voicemail/get_random", ["number": "2000", "voicemailfile": "msg0000.wav"]),
                ("voicemail/delete", ["number": "2000", "voicemailfile": "all"]), ("extension/query", ["number": "2000"]),
                ("extension/update", ["number": "2000", "username": "x"]), ("extension/delete", ["number": "2000"]),
            ] as [(String, JSON)] {
                #expect(try await world.client.post(endpoint, body) == failed("10006"), "\(endpoint)")
            }
            #expect(try await world.client.post("voicemail/delete", ["number": "all", "voicemailfile": "all"]) == succeeded)
            #expect(try await world.server.service.messages.positioned(of: box.id, offset: 0, limit: 9).total == 1)
        }
    }

    private static let anyPaths = ["/api/v1.1.0/voicemail/query", "/api/v2.0.0/nothing", "/api/v7.0.0/"]

    @Test("OPTIONS is answered anywhere, without a body")
    func options() async throws {
        try await TestServer.run { server in
            for path in Self.anyPaths {
                let answer = try await server.send("OPTIONS", path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.bytes.isEmpty, "\(path)")
                #expect(answer["Access-Control-Allow-Origin"] == "*", "\(path)")
                #expect(answer["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS, PUT, DELETE", "\(path)")
            }
        }
    }

    @Test("A browser that asks before it sends JSON is told that it may, and may read what is refused")
    func preflight() async throws {
        try await TestServer.run { server in
            let asked = try await server.send(
                "OPTIONS", "/api/v2.0.0/login",
                headers: ["Origin": "https://x.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"])
            #expect(asked.status == 200 && asked["Access-Control-Allow-Origin"] == "*")
            #expect(asked["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS, PUT, DELETE")
            #expect(asked["Access-Control-Allow-Headers"]?.contains("content-type") == true)
            let refused = try await server.exchange("POST /api/v2.0.0/login?a=b c HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(refused.contains("Access-Control-Allow-Origin: *\r\n") && refused.hasSuffix(#"{"status":"Failed","errno":"10003"}"#), "\(refused)")
        }
    }

    private static let othersPaths = ["/api/download/x", "/api/", "/api/versions", "/api", "/apiv1.1.0/login", "/v2/"]

    @Test("Paths of others are not this interface's")
    func foreignPaths() async throws {
        try await TestServer.run { server in
            for path in Self.othersPaths {
                let answer = try await server.send("POST", path)
                #expect(answer.json["errno"] == nil, "\(path)")
            }
        }
    }

    @Test("A body at the limit and one past")
    func bodyLimit() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let limit = 64 << 10
            let head = #"{"extid":"#, tail = "\"1\"}"
            let most = head + String(repeating: " ", count: limit - head.utf8.count - tail.utf8.count) + tail
            #expect(try await world.client.send("voicemail/query", most).json == failed("10006"))
            #expect(try await world.client.send("voicemail/query", " " + most).json == failed("20000"))
        }
    }

    @Test("The header says nothing, the body everything")
    func contentTypes() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let path = "/api/v1.1.0/voicemail/query?token=\(world.client.token)"
            for type in ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "utf-8", "application/xml"] {
                let answer = try await world.server.send("POST", path, headers: ["Content-Type": type], body: Array(#"{"extid":"1000"}"#.utf8))
                #expect(answer.json == succeeded, "\(type)")
            }
            #expect(try await world.server.send("POST", path).json == succeeded)
        }
    }

    private static let hostileTexts = [
        "../../etc/passwd", "\u{0}", "a\r\nX-Evil: 1", "'; DROP TABLE message; --", "\"", "<script>alert(1)</script>", "%00", "\u{202E}gpj", "😀",
        "=cmd|' /C calc'!A0", String(repeating: "9", count: 4000), "-1", "1e9", "NaN",
    ]

    @Test("Hostile text in every parameter is text")
    func hostile() async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            for text in Self.hostileTexts {
                let value = JSON.string(text)
                for (endpoint, body) in [
                    ("voicemail/query", ["number": value]), ("voicemail/get_random", ["number": value, "voicemailfile": "msg0000.wav"]),
                    ("voicemail/get_random", ["number": "1000", "voicemailfile": value]),
                    ("voicemail/get_random", ["number": "1000", "voicemailfile": "msg0000.wav", "voicemailstatus": value]),
                    ("voicemail/get_random", ["number": "1000", "voicemailfile": "msg0000.wav", "allowedip": value]),
                    ("voicemail/delete", ["number": value, "voicemailfile": "all"]), ("voicemail/delete", ["number": "1000", "voicemailfile": value]),
                    ("extension/query", ["number": value]), ("extension/delete", ["number": value]), ("extension/update", ["number": value]),
                    ("extension/add", ["number": value]), ("heartbeat", ["port": value]), ("heartbeat", ["ipaddr": value]),
                ] as [(String, JSON)] {
                    let answer = try await world.client.send(endpoint, body.encoded)
                    #expect(answer.status == 200, "\(endpoint)")
                    #expect(answer.json["status"] == "Failed", "\(endpoint) \(text.prefix(80))")
                    #expect(answer.json["errno"] != "20010", "\(endpoint) \(text.prefix(80))")
                }
                #expect(try await world.listed("1000").count == 1, "\(text.prefix(80))")
            }
        }
    }

    @Test("No body crashes it")
    func random() async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            var generator = Seeded(seed: 11)
            let pieces = ["{", "}", "[", "]", "\"number\"", ":", ",", "\"1000\"", "1000", "null", "\"", "\\", "\\u0000", "<xml>", "</xml>", "é", "\u{0}", " "]
            for round in 0..<300 {
                let body = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                let endpoint = ["voicemail/query", "voicemail/get_random", "voicemail/delete", "extension/query"][round % 4]
                let answer = try await world.client.send(endpoint, body, query: round % 2 == 0 ? "" : "&type=xml")
                #expect(answer.status == 200)
                #expect(answer.text.contains("Success") || answer.text.contains("errno"), "\(body)")
                #expect(!answer.text.contains("20010"), "\(body)")
            }
        }
    }
}

extension APIVersion {
    /// A path segment that names it.
    fileprivate var segment: String { name.replacing("x", with: "0") }
}
