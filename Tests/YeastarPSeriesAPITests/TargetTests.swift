import TestKit
import Testing
import Voicemail

/// Targets as clients in PHP and curl send them (P§2.4), and what a browser asks first.
@Suite struct TargetTests {
    @Test func rawTextInATargetIsReadAsIfEncoded() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let encoded = try await world.get("recording/download", ["file": "Zoë.wav"])
            let answer = try await world.server.exchange(
                "GET /openapi/v1.0/recording/download?access_token=\(world.token)&file=Zoë.wav HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n" + encoded.encoded), "\(answer)")
        }
    }

    @Test(arguments: ["file=a b.wav", "file=a\u{0}b", "file=a\tb"])
    func whatIsStillNoRequestGetsTheEnvelope(_ query: String) async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let answer = try await world.server.exchange("GET /openapi/v1.0/recording/download?\(query) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix(#"{"errcode":40001,"errmsg":"PARAMETER SYNTAX ERROR"}"#), "\(answer)")
        }
    }

    @Test func aBrowserMaySendJSONAndReadTheAnswer() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let origin = "https://ui.example"
            let asked = try await world.server.send(
                "OPTIONS", "/openapi/v1.0/get_token",
                headers: ["Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"])
            #expect(asked.status == 200 && asked.bytes.isEmpty)
            #expect(asked["Access-Control-Allow-Origin"] == "*")
            #expect(asked["Access-Control-Allow-Methods"] == "GET, POST, HEAD, OPTIONS")
            #expect(asked["Access-Control-Allow-Headers"]?.contains("content-type") == true)
            for path in [
                "/openapi/v1.0/vm/query?access_token=" + world.token, "/openapi/v1.0/vm/query", "/openapi/v1.0/nothing", "/openapi/v1.0/vm/query?a=%FF",
            ] {
                #expect(try await world.server.send("GET", path, headers: ["Origin": origin])["Access-Control-Allow-Origin"] == "*", "\(path)")
                #expect(try await world.server.send("GET", path)["Access-Control-Allow-Origin"] == nil, "\(path)")
            }
        }
    }

    @Test func aLoginIsSmall() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            func code(_ bytes: Int) async throws -> Int? {
                let body = "{\"username\":\"x\",\"password\":\"y\"}"
                let padded = Array((body + String(repeating: " ", count: bytes - body.utf8.count)).utf8)
                return try await world.raw("POST", "/openapi/v1.0/get_token", padded)["errcode"]?.int
            }
            #expect(try await code(65_536) == -1)
            #expect(try await code(65_537) == 40001)
        }
    }
}
