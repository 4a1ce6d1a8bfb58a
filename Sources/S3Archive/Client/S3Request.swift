import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Voicemail

/// One request to the service, which can be sent again.
struct S3Request: Sendable {
    var method: HTTPMethod
    /// nil for the bucket itself.
    var key: String?
    var query: [(String, String)] = []
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body = S3Body.empty

    /// The most that an answer may have after its head.
    var longestAnswer = 65_536
}

/// What is sent with a request, whose checksums are known before its first byte goes.
struct S3Body: Sendable {
    enum Source: Sendable {
        case bytes([ByteBuffer])
        /// The first bytes of a file.
        case file(ScratchFile)
    }

    let source: Source
    let size: Int
    /// 64 hex digits.
    let sha256: String
    let md5: [UInt8]

    static let empty = S3Body(source: .bytes([]), size: 0, sha256: HexID.encode(SHA256.hash(data: Data())), md5: Array(Insecure.MD5.hash(data: Data())))

    init(source: Source, size: Int, sha256: String, md5: [UInt8]) {
        self.source = source
        self.size = size
        self.sha256 = sha256
        self.md5 = md5
    }

    init(_ bytes: [UInt8]) {
        self.init(
            source: .bytes([ByteBuffer(bytes: bytes)]), size: bytes.count, sha256: HexID.encode(SHA256.hash(data: bytes)),
            md5: Array(Insecure.MD5.hash(data: bytes)))
    }

    /// What `Content-MD5` says.
    var contentMD5: String { Data(md5).base64EncodedString() }
    var entityTag: String { HexID.encode(md5) }

    var outgoing: HTTPClientRequest.Body {
        switch source {
        case .bytes(let buffers) where buffers.count < 2: .bytes(buffers.first ?? ByteBuffer())
        case .bytes(let buffers): .stream(buffers.async, length: .known(Int64(size)))
        case .file(let file): .stream(FilePieces(file: file, size: size), length: .known(Int64(size)))
        }
    }
}

/// What the service said.
struct S3Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: ByteBuffer

    /// What the service's clock shows.
    var date: Timestamp? { headers.first(name: "date").flatMap { Timestamp(httpDate: $0) } }

    /// Without its quotation marks.
    var entityTag: String? { headers.first(name: "etag").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) } }

    /// Whether an entity tag that looks like an MD5 is that of what was stored, as it is unless the service encrypts with other keys than its own.
    var tagsByContent: Bool {
        headers.first(name: "x-amz-server-side-encryption").map { $0 == "AES256" } ?? !headers.contains(name: "x-amz-server-side-encryption-customer-algorithm")
    }
}

extension Array where Element == ByteBuffer {
    fileprivate var async: Pieces { Pieces(buffers: self) }
}

private struct Pieces: AsyncSequence, Sendable {
    let buffers: [ByteBuffer]

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<ByteBuffer>
        mutating func next() async -> ByteBuffer? { rest.popFirst() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: buffers[...]) }
}

/// The first bytes of a file, read as they go out.
private struct FilePieces: AsyncSequence, Sendable {
    static let piece = 262_144

    let file: ScratchFile
    let size: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let file: ScratchFile
        let size: Int
        var offset = 0

        mutating func next() async throws -> ByteBuffer? {
            guard offset < size else { return nil }
            let bytes = try await file.read(at: offset, count: Swift.min(FilePieces.piece, size - offset))
            offset += bytes.readableBytes
            return bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: file, size: size) }
}
