import TestKit
import Testing

/// What RFC 6455 forbids ends the connection, with the code that says why.
@Suite struct WebSocketRuleTests {
    struct Breach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: Int
        let frames: [(opcode: UInt8, bytes: [UInt8], isFinal: Bool, masked: Bool)]

        init(_ description: String, _ code: Int, _ frames: [(UInt8, [UInt8], Bool, Bool)]) {
            (testDescription, self.code, self.frames) = (description, code, frames.map { (opcode: $0.0, bytes: $0.1, isFinal: $0.2, masked: $0.3) })
        }
    }

    static let text = Array("heartbeat".utf8)
    static let breaches = [
        // The opcode's byte has the reserved bits above it (RFC 6455 §5.2).
        Breach("RSV1", 1002, [(0x40 | 1, text, true, true)]), Breach("RSV2", 1002, [(0x20 | 1, text, true, true)]),
        Breach("RSV3", 1002, [(0x10 | 1, text, true, true)]), Breach("RSV of a ping", 1002, [(0x40 | 9, [], true, true)]),
        Breach("opcode 3", 1002, [(3, text, true, true)]), Breach("opcode 7", 1002, [(7, text, true, true)]),
        Breach("opcode 11", 1002, [(11, [], true, true)]), Breach("opcode 15", 1002, [(15, [], true, true)]),
        Breach("not masked", 1002, [(1, text, true, false)]),
        // RFC 6455 §5.4
        Breach("a stray continuation", 1002, [(0, text, true, true)]), Breach("a stray continuation to be continued", 1002, [(0, text, false, true)]),
        Breach("a message within a message", 1002, [(1, text, false, true), (1, text, true, true)]),
        // RFC 6455 §5.5
        Breach("a ping in pieces", 1002, [(9, [], false, true)]), Breach("a long ping", 1002, [(9, [UInt8](repeating: 0, count: 126), true, true)]),
        Breach("a close of one byte", 1002, [(8, [3], true, true)]), Breach("a close that may not be sent", 1002, [(8, [0x03, 0xED], true, true)]),
        Breach("a close of no range", 1002, [(8, [0x03, 0xE7], true, true)]),
        Breach("a close whose reason is no text", 1007, [(8, [0x03, 0xE8, 0xFF], true, true)]),
        // RFC 6455 §8.1
        Breach("no UTF-8", 1007, [(1, [0xC3], true, true)]), Breach("no UTF-8 in pieces", 1007, [(1, [0xC3], false, true), (0, [0x28], true, true)]),
        Breach("a surrogate", 1007, [(1, [0xED, 0xA0, 0x80], true, true)]),
        // RFC 6455 §7.4.1
        Breach("too long", 1009, [(1, [UInt8](repeating: 0x20, count: 65_537), true, true)]),
        Breach("too long in pieces", 1009, [(1, [UInt8](repeating: 0x20, count: 65_536), false, true), (0, [0x20], true, true)]),
    ]

    @Test(arguments: breaches)
    func aBreachEndsItWithItsCode(_ breach: Breach) async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let path = "/openapi/v1.0/subscribe?access_token=" + world.token
            try await SocketClient.run(port: world.server.port, path: path) { (client: inout SocketClient) async throws in
                for frame in breach.frames { try await client.send(opcode: frame.opcode, frame.bytes, isFinal: frame.isFinal, masked: frame.masked) }
                #expect(try await client.next() == .close(breach.code))
            }
        }
    }

    @Test("Who still sends when he is told that it is too much hears it to the end: the connection is closed and not reset")
    func theCodeArrives() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let path = "/openapi/v1.0/subscribe?access_token=" + world.token
            try await SocketClient.run(port: world.server.port, path: path) { (client: inout SocketClient) async throws in
                try await client.send(opcode: 1, [UInt8](repeating: 0x20, count: 70_000))
                #expect(try await client.next() == .close(1009))
                // The server has closed its side, and takes what comes.
                #expect(try await client.next() == nil)
                for _ in 0..<8 { try await client.send(opcode: 1, [UInt8](repeating: 0x20, count: 70_000)) }
            }
        }
    }

    @Test func whatIsAllowedIsTaken() async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let path = "/openapi/v1.0/subscribe?access_token=" + world.token
            try await SocketClient.run(port: world.server.port, path: path) { (client: inout SocketClient) async throws in
                // A character cut in two, an empty piece, a pong that nobody asked for.
                try await client.send(opcode: 1, Array("é".utf8.prefix(1)), isFinal: false)
                try await client.send(opcode: 0, [], isFinal: false)
                try await client.send(opcode: 10, [])
                try await client.send(opcode: 0, Array("é".utf8.dropFirst()))
                guard case .text = try await client.next() else {
                    Issue.record("no answer")
                    return
                }
                try await client.send(opcode: 8, [0x0F, 0xA0] + Array("bye".utf8))
                #expect(try await client.next() == .close(4000))
            }
        }
    }
}
