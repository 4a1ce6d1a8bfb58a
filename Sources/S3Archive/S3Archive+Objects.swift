import Foundation
import NIOCore
import NIOHTTP1
import Voicemail

/// What the archive asks of the service.
extension S3Archive {
    /// What a service knows of an object.
    struct Facts: Sendable {
        let size: Int
        /// By this machine's clock.
        let written: Timestamp
        let sha256: String?
    }

    private static let checksumHeader = "x-amz-meta-sha256"

    /// Of everything that is stored.
    var storingHeaders: [String: String] { Self.storingHeaders(options) }

    static func storingHeaders(_ options: S3Options) -> [String: String] {
        var headers = ["content-type": "application/octet-stream"]
        if options.encryption != .bucket { headers["x-amz-server-side-encryption"] = options.encryption.rawValue }
        return headers
    }

    /// Stores a blob with one request.
    /// - Parameter isNamed: whether somebody may store the same under this name later, once this has failed. Nothing is removed behind the caller then, as
    ///   that could come after what is stored next.
    func put(_ body: S3Body, sha256: String, as id: BlobID, isNamed: Bool = false) async throws {
        let key = key(id)
        var headers = storingHeaders
        headers["content-md5"] = body.contentMD5
        headers[Self.checksumHeader] = sha256
        do {
            let answer = try await client.send(S3Request(method: .PUT, key: key, headers: headers, body: body)) { [self] in
                // The object may be there although its PUT was not answered.
                let isThere = try await has(body, sha256: sha256, at: key, attempts: 1)
                return isThere ? S3Answer(status: 200, headers: ["etag": body.entityTag], body: ByteBuffer()) : nil
            }
            try await confirm(answer, of: body, sha256: sha256, at: key)
        } catch {
            readiness.doubt()
            // An object whose PUT was not acknowledged is removed.
            if !isNamed, !((error as? S3Trouble).map { !$0.isUnknown } ?? false) { cleaner.add(.remove(key: key)) }
            throw error
        }
    }

    /// Makes sure that a PUT stored what was sent. An entity tag that is the bytes' MD5 says so. Nothing follows from another kind of tag, or from none:
    /// the object is asked for then, as anything on the way can answer 200.
    private func confirm(_ answer: S3Answer, of body: S3Body, sha256: String, at key: String) async throws {
        if answer.entityTag == body.entityTag { return }
        let isKnown = answer.entityTag.map { answer.tagsByContent && $0.isMD5 } ?? false
        do {
            guard !isKnown, try await has(body, sha256: sha256, at: key) else { throw S3Trouble.strange("it stored other bytes than were sent") }
        } catch let trouble as S3Trouble where trouble.isMissing {
            throw S3Trouble.strange("what it said it stored is not there")
        }
    }

    private func has(_ body: S3Body, sha256: String, at key: String, attempts: Int? = nil) async throws -> Bool {
        let facts = try await facts(of: key, attempts: attempts)
        return facts.size == body.size && facts.sha256 == sha256
    }

    func facts(of key: String, attempts: Int? = nil) async throws -> Facts {
        let answer = try await client.send(S3Request(method: .HEAD, key: key), attempts: attempts)
        guard let size = answer.headers.first(name: "content-length").flatMap({ Int($0) }),
            let written = answer.headers.first(name: "last-modified").flatMap({ Timestamp(httpDate: $0) })
        else { throw S3Trouble.strange("an object without its size and time") }
        return Facts(size: size, written: Self.here(written, answer), sha256: answer.headers.first(name: Self.checksumHeader))
    }

    /// Seconds after which an upload in parts that nobody has completed is aborted.
    static let longestUpload = 24 * 3600

    /// What the service's clock calls `written`, by this machine's: the two may differ by hours. An object that came in parts bears the time
    /// at which its upload began, and may have become one as late as an upload is let go on.
    private static func here(_ written: Timestamp, _ answer: S3Answer) -> Timestamp {
        let now = SystemClock().now, age = max(0, (answer.date ?? now).unix - written.unix)
        let cameInParts = answer.entityTag?.contains("-") ?? false
        return now.advanced(by: -(cameInParts ? max(0, age - longestUpload) : age))
    }

    /// The first bytes of a blob, and how many there are.
    func beginning(of id: BlobID) async throws -> (ByteBuffer, size: Int) {
        let answer: S3Answer
        do {
            answer = try await client.send(range(of: id, 0..<S3Reader.head))
        } catch S3Trouble.refused(416, _, _) {
            // There is no first byte of what is empty.
            guard try await facts(of: key(id)).size == 0 else { throw S3Trouble.strange("it has no beginning of an object") }
            return (ByteBuffer(), 0)
        }
        // A service without ranges sends the whole object; the client refuses more bytes than it asked for.
        guard answer.status == 206 else {
            try Self.compare(answer, with: answer.body)
            return (answer.body, answer.body.readableBytes)
        }
        let size = try Self.size(in: answer, from: 0)
        guard answer.body.readableBytes == min(size, S3Reader.head) else { throw S3Trouble.strange("a range that was not asked for") }
        if size == answer.body.readableBytes { try Self.compare(answer, with: answer.body) }
        return (answer.body, size)
    }

    /// Some bytes of an open blob.
    /// - Throws: `ArchiveError`.
    func bytes(of id: BlobID, in range: Range<Int>, size: Int) async throws -> ByteBuffer {
        do {
            let answer = try await client.send(self.range(of: id, range))
            let found = try Self.size(in: answer, from: range.lowerBound)
            guard answer.body.readableBytes == range.count else { throw S3Trouble.strange("a range that was not asked for") }
            guard found == size else { throw ArchiveError.damaged(id, size: found, stored: size) }
            return answer.body
        } catch {
            throw Self.wording(error, of: id)
        }
    }

    /// A page of the bucket.
    func listing(after token: String? = nil, limit: Int) async throws -> S3Listing {
        var query = [("list-type", "2"), ("max-keys", "\(limit)"), ("prefix", options.prefix)]
        if let token { query.append(("continuation-token", token)) }
        let answer = try await client.send(S3Request(method: .GET, query: query, longestAnswer: 4 << 20))
        return try S3XML.decode(S3Listing.self, answer.body)
    }

    private func range(of id: BlobID, _ range: Range<Int>) -> S3Request {
        S3Request(
            method: .GET, key: key(id), headers: ["range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"], longestAnswer: max(65_536, range.count))
    }

    /// What the checksum that went with a blob says of it, where there is one.
    private static func compare(_ answer: S3Answer, with bytes: ByteBuffer) throws {
        guard let stored = answer.headers.first(name: checksumHeader) else { return }
        let found = S3Body(Array(bytes.readableBytesView)).sha256
        guard found == stored else { throw S3Trouble.strange("other bytes than were stored") }
    }

    /// How many bytes the whole object has, as a part of it says: `bytes 0-9/443`. Where a part begins its bytes do not say, so that one which does not
    /// say it either is not believed.
    private static func size(in answer: S3Answer, from start: Int) throws -> Int {
        guard answer.status == 206, let range = answer.headers.first(name: "content-range"),
            let match = range.lowercased().wholeMatch(of: /bytes (\d+)-(\d+)\/(\d+)/),
            let first = Int(match.1), let last = Int(match.2), let size = Int(match.3),
            first == start, last - first == answer.body.readableBytes - 1
        else { throw S3Trouble.strange("a range that was not asked for") }
        return size
    }
}
