/// A web socket's client, frame by frame as RFC 6455 draws them.
public struct SocketClient {
    public enum Frame: Hashable, Sendable {
        case text(String)
        /// With its code.
        case close(Int)
        case other(UInt8, [UInt8])
    }

    /// What a handshake that was refused got instead.
    public struct Refused: Error {
        public let answer: String
    }

    private var connection: RawConnection
    private var pending: [UInt8] = []
    /// The head of the answer to the handshake.
    public let head: String

    /// Connects, shakes hands, runs `body` and closes.
    public static func run<Value>(port: Int, path: String, _ body: (inout SocketClient) async throws -> Value) async throws -> Value {
        try await RawConnection.run(port: port) { connection in
            let request =
                "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            try await connection.write(Array(request.utf8))
            var client = try await SocketClient(connection)
            return try await body(&client)
        }
    }

    private init(_ connection: RawConnection) async throws {
        self.connection = connection
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: end) == nil {
            guard let more = try await self.connection.read() else { throw Refused(answer: String(decoding: bytes, as: UTF8.self)) }
            bytes += more
        }
        let cut = bytes.firstRange(of: end)?.upperBound ?? bytes.count
        head = String(decoding: bytes[..<cut], as: UTF8.self)
        pending = Array(bytes[cut...])
        guard head.hasPrefix("HTTP/1.1 101 ") else {
            throw Refused(answer: String(decoding: bytes + (try await self.connection.readToEnd()), as: UTF8.self))
        }
    }

    public func send(_ text: String) async throws { try await send(opcode: 1, Array(text.utf8)) }

    /// - Parameters:
    ///   - isFinal: whether it is the whole of a message, or the end of one.
    ///   - masked: as every client must.
    public func send(opcode: UInt8, _ bytes: [UInt8], isFinal: Bool = true, masked: Bool = true) async throws {
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var frame: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let flag: UInt8 = masked ? 0x80 : 0
        if bytes.count < 126 {
            frame.append(flag | UInt8(bytes.count))
        } else if bytes.count <= 0xFFFF {
            frame += [flag | 126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        } else {
            frame.append(flag | 127)
            frame += (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (56 - 8 * $0)) }
        }
        if masked { frame += mask }
        frame += bytes.enumerated().map { masked ? $1 ^ mask[$0 % 4] : $1 }
        try await connection.write(frame)
    }

    /// The next frame; nil once the server has closed.
    public mutating func next() async throws -> Frame? {
        while true {
            if let frame = parse() { return frame }
            guard let more = try await connection.read() else { return nil }
            pending += more
        }
    }

    private mutating func parse() -> Frame? {
        guard pending.count >= 2 else { return nil }
        var length = Int(pending[1] & 0x7F), start = 2
        if length == 126 {
            guard pending.count >= 4 else { return nil }
            length = Int(pending[2]) << 8 | Int(pending[3])
            start = 4
        } else if length == 127 {
            guard pending.count >= 10 else { return nil }
            length = pending[2..<10].reduce(0) { $0 << 8 | Int($1) }
            start = 10
        }
        guard pending.count >= start + length else { return nil }
        let opcode = pending[0] & 0x0F, bytes = Array(pending[start..<start + length])
        pending.removeFirst(start + length)
        switch opcode {
        case 1: return .text(String(decoding: bytes, as: UTF8.self))
        case 8: return .close(bytes.count >= 2 ? Int(bytes[0]) << 8 | Int(bytes[1]) : 0)
        default: return .other(opcode, bytes)
        }
    }
}
