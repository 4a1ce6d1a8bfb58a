import HTTPFront
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

/// Requests whose bodies would take more memory than there is for them are told to come again.
@Suite struct BodyMemoryTests {
    @Test func largeBodiesAreRefusedWhileThereIsNoMemoryForThem() async throws {
        try await TestServer.run {
            $0.http.limits.bodiesInMemory = 1000
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            let text = JSON.string(String(repeating: "x", count: 70_000))
            let refused = try await server.send("PATCH", world.boxPath, token: world.token, data: ["note": text])
            #expect(refused.status == 429)
            #expect(refused.json["message"] == "too_many_requests")
            let small = JSON.string(String(repeating: "x", count: 60_000))
            #expect(try await server.send("PATCH", world.boxPath, token: world.token, data: ["note": small]).status == 200)
            // Uploads go to the disk as they come.
            let audio = [UInt8](repeating: 0x55, count: 200_000)
            let upload = try await server.send(
                "PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/mp3"], token: world.token, body: audio)
            #expect(upload.status == 201)
        }
    }

    private func envelope(_ bytes: Int, _ fields: JSONObject = [:]) -> [UInt8] {
        var data = fields
        data["x"] = .string("")
        let spare = bytes - JSON.object(["data": .object(data)]).encode().readableBytes
        data["x"] = .string(String(repeating: "x", count: spare))
        return Array(JSON.object(["data": .object(data)]).encode().readableBytesView)
    }

    private func put(_ path: String, _ method: String, _ body: [UInt8], token: String? = nil, to server: TestServer) async throws -> Int {
        try await server.send(method, path, headers: ["Content-Type": "application/json"], token: token, body: body).status
    }

    /// At the limit and one past it, with a token or without.
    @Test func aLoginIsSmall() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            for path in ["/v2/user_auth", "/v2/api_auth"] {
                for token in [nil, world.token] {
                    #expect(try await put(path, "PUT", envelope(65_536), token: token, to: server) == 400)
                    #expect(try await put(path, "PUT", envelope(65_537), token: token, to: server) == 413)
                }
            }
        }
    }

    @Test func whoShowsNoGoodTokenSendsLittle() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            for token in [nil, "undefined"] {
                #expect(try await put(world.boxPath, "PATCH", envelope(1 << 20), token: token, to: server) == 401)
                #expect(try await put(world.boxPath, "PATCH", envelope(1 << 20 + 1), token: token, to: server) == 413)
            }
            // The token may be in the body, as far as one reads for it.
            #expect(try await put(world.boxPath, "PATCH", envelope(60_000, ["auth_token": .string(world.token)]), to: server) == 200)
            #expect(try await put(world.boxPath + "/messages", "POST", envelope(1_500_000), token: world.token, to: server) == 400)
        }
    }

    /// Strangers who send and never end fill their own share, and nobody else's.
    @Test func strangersTakeNothingFromThoseWhoAreKnown() async throws {
        try await TestServer.run {
            $0.http.limits.bodiesInMemory = 800_000
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            for _ in 0..<50 {
                let isFull = try await RawConnection.run(port: server.port) { stranger in
                    try await stranger.write(
                        Array("PATCH \(world.boxPath) HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n".utf8))
                    try await stranger.write([UInt8](repeating: 0x20, count: 65_536 + 99_999))
                    guard try await strangersAreRefused(at: world.boxPath, server) else { return false }
                    #expect(try await put(world.boxPath, "PATCH", envelope(65_536), to: server) == 401)
                    #expect(try await put(world.boxPath + "/messages", "POST", envelope(700_000), token: world.token, to: server) == 400)
                    return true
                }
                if isFull { return }
            }
            Issue.record("a stranger's body was never held")
        }
    }

    /// Whether the share is full; a smaller one than 100,000 bytes is not left then. Whoever sends while another's body is held is refused
    /// himself: then he holds nothing, and another has to try.
    private func strangersAreRefused(at path: String, _ server: TestServer) async throws -> Bool {
        for _ in 0..<20 {
            if try await put(path, "PATCH", envelope(65_536 + 100_000), to: server) == 429 { return true }
        }
        return false
    }
}
