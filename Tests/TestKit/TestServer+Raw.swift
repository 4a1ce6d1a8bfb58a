import NIOCore
import NIOPosix

extension TestServer {
    /// Sends exactly these bytes on a connection of its own and returns everything that comes until the server closes.
    /// - Parameter finishing: whether to close our side after the bytes.
    public func exchange(_ bytes: [UInt8], finishing: Bool = true) async throws -> [UInt8] {
        try await RawConnection.run(port: port) { connection in
            try await connection.write(bytes)
            if finishing { connection.finish() }
            return try await connection.readToEnd()
        }
    }

    /// Sends the whole of a request before it reads anything, as simple clients do, and closes afterwards. A client that reads meanwhile may give up
    /// sending when it sees an early answer, and then lose that.
    public func sendAll(_ method: String, _ path: String, headers: KeyValuePairs<String, String>, body: [UInt8]) async throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let bytes = try await exchange(Array((head + "\r\n").utf8) + body, finishing: false)
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) ?? bytes.endIndex..<bytes.endIndex
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[line.index(after: colon)...].trimmingPrefix(while: \.isWhitespace).description)
        }
        let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: fields, bytes: Array(bytes[end.upperBound...]))
    }

    public func exchange(_ text: String, finishing: Bool = true) async throws -> String {
        String(decoding: try await exchange(Array(text.utf8), finishing: finishing), as: UTF8.self)
    }
}

/// A connection that carries the bytes a test wants carried, and no others.
public struct RawConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator

    /// Connects, runs `body` and closes.
    /// - Parameter receiveBuffer: bytes that the system takes ahead of the reader; as many as it likes when nil.
    public static func run<Value>(
        port: Int, receiveBuffer: Int? = nil, _ body: (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let receiveBuffer {
            bootstrap =
                bootstrap
                .channelOption(.socketOption(.so_rcvbuf), value: ChannelOptions.Types.SocketOption.Value(receiveBuffer))
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: receiveBuffer))
        }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&connection)
        }
    }

    public func write(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Says that nothing more will come.
    public func finish() { outbound.finish() }

    /// What comes next; nil once the server has closed.
    public mutating func read() async throws -> [UInt8]? {
        try await inbound.next(isolation: #isolation).map { Array($0.readableBytesView) }
    }

    public mutating func readToEnd() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let more = try await read() { all += more }
        return all
    }
}
