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
