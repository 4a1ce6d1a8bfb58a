import NIOCore
import NIOPosix

/// A client that says exactly the bytes a test wants said.
struct WireClient {
    private let channel: any Channel
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var pending = ByteBuffer()

    /// Connects, runs `body` and closes.
    static func connect<Result>(
        _ port: Int, handlers: @escaping @Sendable () throws -> [any ChannelHandler] = { [] },
        _ body: (inout WireClient) async throws -> Result
    ) async throws -> Result {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(try handlers())
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            var client = WireClient(channel: connection.channel, outbound: outbound, iterator: inbound.makeAsyncIterator())
            return try await body(&client)
        }
    }

    private init(
        channel: any Channel, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.channel = channel
        self.outbound = outbound
        self.iterator = iterator
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Says that nothing more will be said.
    func finish() {
        outbound.finish()
    }

    /// One response; its body is as long as `Content-Length` or its chunks say, or what comes until the server closes.
    mutating func response(toHead: Bool = false) async throws -> WireResponse {
        while true {
            if let end = pending.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = pending.readString(length: end.upperBound - pending.readerIndex) ?? ""
                var response = WireResponse(head: head)
                if !toHead, !response.isBodiless { response.body = try await body(of: response) }
                return response
            }
            guard try await readMore() else { throw WireError.closed(String(buffer: pending)) }
        }
    }

    /// Everything until the server closes.
    mutating func rest() async throws -> String {
        while try await readMore() {}
        return pending.readString(length: pending.readableBytes) ?? ""
    }

    /// Whether the server closes, or has closed, without saying anything more.
    mutating func isClosed() async -> Bool {
        do {
            return try await !readMore() && pending.readableBytes == 0
        } catch {
            return true
        }
    }

    private mutating func body(of response: WireResponse) async throws -> ByteBuffer {
        if let length = response["content-length"].flatMap({ Int($0) }) {
            while pending.readableBytes < length {
                guard try await readMore() else { throw WireError.closed("\(pending.readableBytes) of \(length) bytes") }
            }
            return pending.readSlice(length: length) ?? ByteBuffer()
        }
        guard response["transfer-encoding"] == "chunked" else {
            while try await readMore() {}
            return pending.readSlice(length: pending.readableBytes) ?? ByteBuffer()
        }
        var whole = ByteBuffer()
        while true {
            let size = Int(try await line(), radix: 16) ?? -1
            guard size >= 0 else { throw WireError.closed("no chunk") }
            while pending.readableBytes < size + 2 {
                guard try await readMore() else { throw WireError.closed("in a chunk") }
            }
            if var chunk = pending.readSlice(length: size) { whole.writeBuffer(&chunk) }
            pending.moveReaderIndex(forwardBy: 2)
            if size == 0 { return whole }
        }
    }

    private mutating func line() async throws -> String {
        while true {
            if let end = pending.readableBytesView.firstRange(of: Array("\r\n".utf8)) {
                let line = pending.readString(length: end.lowerBound - pending.readerIndex) ?? ""
                pending.moveReaderIndex(forwardBy: 2)
                return line
            }
            guard try await readMore() else { throw WireError.closed("in a line") }
        }
    }

    private mutating func readMore() async throws -> Bool {
        guard var bytes = try await iterator.next(isolation: #isolation) else { return false }
        pending.writeBuffer(&bytes)
        return true
    }
}

enum WireError: Error {
    case closed(String)
}

/// A response as it came.
struct WireResponse {
    let head: String
    var body = ByteBuffer()

    init(head: String) {
        self.head = head
    }

    var status: Int { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
    var text: String { String(buffer: body) }
    var bytes: [UInt8] { Array(body.readableBytesView) }
    var isBodiless: Bool { status == 204 || status == 304 || (100..<200).contains(status) }

    subscript(name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.first?.lowercased() == name { return parts.last.map { String($0.drop { $0 == " " }) } }
        }
        return nil
    }
}
