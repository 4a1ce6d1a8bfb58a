import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

@Suite("Events over a web socket (P§11.1)")
struct SubscribeTests {
    private static func path(_ token: String) -> String { "/openapi/v1.0/subscribe?access_token=\(token)" }
    private static let success = SocketClient.Frame.text(#"{"errcode":0,"errmsg":"SUCCESS"}"#)

    private static func run(
        _ configure: @Sendable (inout Configuration) -> Void = { _ in }, _ body: @Sendable (PSeriesWorld) async throws -> Void
    ) async throws {
        try await PSeriesWorld.run { configuration in
            configuration.outbox.intervalMilliseconds = 10
            configure(&configuration)
        } _: { (world: PSeriesWorld) async throws in
            try await body(world)
        }
    }

    private static func event(_ frame: SocketClient.Frame?) throws -> JSON {
        guard case .text(let text) = frame else { return .null }
        return try JSON.parse(text)
    }

    @Test("A handshake is answered with 101; topics are confirmed and events come, msg as text")
    func events() async throws {
        try await Self.run { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                // The example of RFC 6455 §1.3.
                #expect(client.head.contains("ec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
                try await world.leave(from: "before")
                try await client.send(#"{"topic_list":[30011,30012]}"#)
                #expect(try await client.next() == Self.success)
                let message = try await world.leave(from: "3201")
                var event = try Self.event(try await client.next())
                // What was left before the topics may still come.
                if event["msg"]?.string?.contains("before") == true { event = try Self.event(try await client.next()) }
                #expect(event["type"] == 30012)
                let told = try JSON.parse(event["msg"]?.string ?? "")
                #expect(told["status"] == "VOICEMAIL" && told["call_id"] == .string(message.callID) && told["call_to"] == "3200")
                // A new list takes the place of the old one.
                try await client.send(#"{"topic_list":[30011]}"#)
                #expect(try await client.next() == Self.success)
                try await world.leave(from: "unheard")
                try await client.send(#"{"topic_list":[30012]}"#)
                #expect(try await client.next() == Self.success)
                try await world.leave(from: "heard")
                while true {
                    let text = try Self.event(try await client.next())["msg"]?.string ?? ""
                    if text.contains("heard\"") { break }
                }
            }
        }
    }

    @Test("Topics may be texts, and a text may come in a binary frame (P§2.4)")
    func otherForms() async throws {
        try await Self.run { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                try await client.send(#"{"topic_list":["30011","30012"]}"#)
                #expect(try await client.next() == Self.success)
                try await client.send(opcode: 2, Array(#"{"topic_list":["30012"]}"#.utf8))
                #expect(try await client.next() == Self.success)
                try await client.send(opcode: 2, Array("heartbeat".utf8))
                #expect(try await client.next() == .text("heartbeat response"))
                let message = try await world.leave(from: "3201")
                let told = try JSON.parse(try Self.event(try await client.next())["msg"]?.string ?? "")
                #expect(told["call_id"] == .string(message.callID))
                for (text, code) in [(#"{"topic_list":["30012x"]}"#, 40001), (#"{"topic_list":["1"]}"#, 40002), (#"{"topic_list":[""]}"#, 40001)] {
                    try await client.send(opcode: 2, Array(text.utf8))
                    #expect(try Self.event(try await client.next())["errcode"] == .int(code), "\(text)")
                }
            }
        }
    }

    @Test("A heartbeat is answered, in either form; what is wrong is told and changes nothing")
    func conversation() async throws {
        try await Self.run { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                for heartbeat in ["heartbeat", "\"heartbeat\""] {
                    try await client.send(heartbeat)
                    #expect(try await client.next() == .text("heartbeat response"))
                }
                for (text, code) in [
                    ("hello", 40001), ("{}", 40002), (#"{"topic_list":7}"#, 40001), (#"{"topic_list":["x"]}"#, 40001), (#"{"topic_list":[1]}"#, 40002),
                ] {
                    try await client.send(text)
                    #expect(try Self.event(try await client.next())["errcode"] == .int(code), "\(text)")
                }
                // In pieces, with a ping between them.
                try await client.send(opcode: 1, Array("heart".utf8), isFinal: false)
                try await client.send(opcode: 9, [7])
                try await client.send(opcode: 0, Array("beat".utf8))
                var frames: Set<SocketClient.Frame?> = [try await client.next()]
                frames.insert(try await client.next())
                #expect(frames == [.other(10, [7]), .text("heartbeat response")])
                try await client.send(opcode: 8, [0x03, 0xE8])
                #expect(try await client.next() == .close(1000))
                #expect(try await client.next() == nil)
            }
        }
    }

    @Test("A token that is none gets the failure instead of 101, and so does a request that is no handshake")
    func refusals() async throws {
        try await Self.run { world in
            let refused = await #expect(throws: SocketClient.Refused.self) {
                try await SocketClient.run(port: world.server.port, path: Self.path("nobody")) { _ in }
            }
            #expect(refused?.answer.hasPrefix("HTTP/1.1 200 OK") == true)
            #expect(refused?.answer.hasSuffix(#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#) == true)
            let plain = try await world.get("subscribe")
            #expect(plain["errcode"] == 40001)
        }
        try await PSeriesWorld.run(permissions: [.voicemail]) { (world: PSeriesWorld) async throws in
            let forbidden = try await world.get("subscribe")
            #expect(forbidden["errcode"] == 10005)
        }
    }

    @Test("Silence, unmasked frames and frames that are too long end it")
    func ends() async throws {
        try await Self.run {
            $0.pSeries.socketSilence = .milliseconds(50)
        } _: { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                #expect(try await client.next() == .close(1001))
                #expect(try await client.next() == nil)
            }
        }
        try await Self.run { world in
            for (bytes, masked) in [(Array("heartbeat".utf8), false), ([UInt8](repeating: 0x20, count: 70_000), true)] {
                try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                    try await client.send(opcode: 1, bytes, masked: masked)
                    let frame = try await client.next()
                    if case .text(let text) = frame { Issue.record("answered \(text)") }
                }
            }
        }
    }

    @Test("It does not outlive the revocation of its token")
    func tokens() async throws {
        try await Self.run { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                try await client.send("heartbeat")
                #expect(try await client.next() == .text("heartbeat response"))
                _ = try await world.get("del_token")
                #expect(try await client.next() == .close(1008))
            }
        }
    }

    /// What ends it is that nobody has said anything for too long; by then its token has been looked at more than once.
    @Test("It outlives its token's exchange and its age", arguments: [true, false])
    func outlives(isExchanged: Bool) async throws {
        try await Self.run {
            $0.pSeries.socketSilence = .milliseconds(2500)
        } _: { world in
            let aged = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules())
            try await SocketClient.run(port: world.server.port, path: Self.path(aged.access)) { (client: inout SocketClient) async throws in
                try await client.send("heartbeat")
                #expect(try await client.next() == .text("heartbeat response"))
                if isExchanged {
                    _ = try await Applications(world.service).refresh(aged.refresh, TokenRules(), from: "127.0.0.1")
                } else {
                    world.server.clock.advance(by: 2000)
                }
                #expect(try await client.next() == .close(1001))
            }
        }
    }

    @Test("A server that stops says so")
    func stops() async throws {
        try await Self.run { world in
            try await SocketClient.run(port: world.server.port, path: Self.path(world.token)) { (client: inout SocketClient) async throws in
                try await client.send("heartbeat")
                #expect(try await client.next() == .text("heartbeat response"))
                await world.server.beginShutdown()
                #expect(try await client.next() == .close(1001))
                #expect(try await client.next() == nil)
            }
        }
    }
}
