import NIOCore
import NIOHTTP1
import Synchronization
import Voicemail

/// The connection can no longer be told where this answer ends, so it must be cut.
struct BrokenResponse: Error {
    let reason: String
}

/// The client is gone, or was cut.
struct ConnectionGone: Error {
    let cause: any Error
}

/// Writes one answer. The head goes out with the first bytes of the body, so that a body that fails before its first byte
/// can still be answered with 500.
final class ResponseSender: Sendable {
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// Files up to this size are one read and one write.
    static let wholeFile = 256 << 10
    /// Larger ones come in pieces: large enough that a hop costs nothing, small enough for a hundred at once.
    static let filePiece = 512 << 10

    private struct Progress {
        var headIsSent = false
        var sent = 0
    }

    private let outbound: Outbound
    private let loop: any EventLoop
    private let head: HTTPResponseHead
    /// What the head promises; nil when chunked.
    private let length: Int?
    private let progress = Mutex(Progress())

    init(_ head: HTTPResponseHead, length: Int?, to outbound: Outbound, on loop: any EventLoop) {
        self.head = head
        self.length = length
        self.outbound = outbound
        self.loop = loop
    }

    var headIsSent: Bool { progress.withLock { $0.headIsSent } }
    /// Bytes of the body.
    var sent: Int { progress.withLock { $0.sent } }

    /// The head alone: for `HEAD` and for statuses without a body.
    func sendHead() async throws {
        progress.withLock { $0.headIsSent = true }
        try await write([.head(head), .end(nil)])
    }

    func send(_ body: FrontResponse.Body) async throws {
        switch body {
        case .bytes(let buffer): try await sendWhole(buffer)
        case .file(let slice): try await send(slice)
        case .stream(_, let write):
            try await write(ChunkWriter { [self] bytes in try await send(piece: bytes) })
            try await end()
        }
    }

    private func sendWhole(_ buffer: ByteBuffer) async throws {
        guard buffer.readableBytes > 0 else { return try await sendHead() }
        progress.withLock { progress in
            progress.headIsSent = true
            progress.sent = buffer.readableBytes
        }
        try await write([.head(head), .body(.byteBuffer(buffer)), .end(nil)])
    }

    private func send(_ slice: FileSlice) async throws {
        let range = slice.range
        if range.count <= Self.wholeFile {
            let bytes = range.isEmpty ? ByteBuffer() : try await slice.reader.read(at: range.lowerBound, count: range.count)
            guard bytes.readableBytes == range.count else { throw BrokenResponse(reason: "a blob is shorter than it was") }
            return try await sendWhole(bytes)
        }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(Self.filePiece, range.upperBound - offset)
            let bytes = try await slice.reader.read(at: offset, count: count)
            guard bytes.readableBytes == count else { throw BrokenResponse(reason: "a blob is shorter than it was") }
            try await send(piece: bytes)
            offset += count
        }
        try await end()
    }

    private func send(piece bytes: ByteBuffer) async throws {
        let isFirst = try progress.withLock { progress throws(BrokenResponse) in
            let isFirst = !progress.headIsSent
            progress.headIsSent = true
            progress.sent += bytes.readableBytes
            if let length, progress.sent > length { throw BrokenResponse(reason: "more bytes than the head promises") }
            return isFirst
        }
        if isFirst {
            try await write([.head(head), .body(.byteBuffer(bytes))])
        } else {
            try await write([.body(.byteBuffer(bytes))])
        }
        // The writer makes nobody wait before the loop has seen that the socket takes no more; until then a busy loop would be given
        // the whole of a file.
        do { try await loop.submit {}.get() } catch { throw ConnectionGone(cause: error) }
    }

    private func end() async throws {
        let progress = progress.withLock { $0 }
        if let length, progress.sent != length { throw BrokenResponse(reason: "fewer bytes than the head promises") }
        if progress.headIsSent {
            try await write([.end(nil)])
        } else {
            try await sendHead()
        }
    }

    private func write(_ parts: [HTTPServerResponsePart]) async throws(ConnectionGone) {
        do {
            try await outbound.write(contentsOf: parts)
        } catch {
            throw ConnectionGone(cause: error)
        }
    }
}
