import Foundation
import NIOCore
import NIOHTTP1
import TestKit
import Testing
import Voicemail

@testable import S3Archive

/// Services, and what stands before them, that answer as S3 does not.
struct OddServiceTests {
    private func withAnswers(
        _ change: (inout S3Options) -> Void = { _ in }, _ rule: @escaping @Sendable (FaultyService.Request, Int) -> FaultyService.Fault,
        _ body: (S3Archive, FaultyService) async throws -> Void
    ) async throws {
        try await withBucket { options in
            let service = try FaultyService(before: options.endpoint.description, rule)
            return try await service.run { address in
                var options = try S3ArchiveTests.options(options.bucket, at: address)
                options.attempts = 2
                change(&options)
                return try await withArchive(options) { try await body($0, service) }
            }
        }
    }

    private static func strange(_ what: String) -> ArchiveError { .failed("the service answers as no S3 service does: " + what) }
    private static func isListing(_ request: FaultyService.Request) -> Bool { request.method == .GET && request.uri.contains("list-type=2") }

    @Test(
        "A listing that is none of S3's is an error, and not an empty bucket",
        arguments: ["", "<html>sign in</html>", "{}", "<ListBucketResult></ListBucketResult>", "<ListBucketResult><IsTruncated>false</IsTruncated>"])
    func listings(_ text: String) async throws {
        try await withAnswers({ _ in }, { request, _ in Self.isListing(request) ? .say(200, text, [:]) : .none }) { archive, _ in
            await #expect(throws: Self.strange("a document that is none of S3's")) { _ = try await ArchiveContract.listing(of: archive) }
        }
    }

    @Test(
        "A listing that says there is more and does not go on comes to an end, and is no whole one",
        arguments: ["", "<NextContinuationToken>again</NextContinuationToken>"])
    func endlessListing(_ next: String) async throws {
        let id = BlobID()
        let page = "<R><IsTruncated>true</IsTruncated>\(next)<Contents><Key>\(id.hex)</Key><Size>3</Size></Contents></R>"
        try await withAnswers({ _ in }, { request, _ in Self.isListing(request) ? .say(200, page, [:]) : .none }) { archive, service in
            await #expect(throws: Self.strange("a listing that does not go on")) { try await archive.list { _, _ in } }
            #expect(service.requests.count(where: Self.isListing) == (next.isEmpty ? 1 : 2))
        }
    }

    @Test("The same of uploads that nobody has completed, of which none is aborted that is young or has another's name")
    func endlessUploads() async throws {
        let id = BlobID(), old = BlobID()
        let uploads = [(old.hex, "2001-01-01T00:00:00Z"), (id.hex, "2999-01-01T00:00:00Z"), ("somebody else's", "2001-01-01T00:00:00Z"), (id.hex, "yesterday")]
            .map { "<Upload><Key>\($0.0)</Key><UploadId>u</UploadId><Initiated>\($0.1)</Initiated></Upload>" }.joined()
        let page = "<R><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>\(uploads)</R>"
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, _ in
            request.method == .GET && request.uri.contains("uploads") ? .say(200, page, [:]) : request.method == .DELETE ? .say(204, "", [:]) : .none
        }
        try await withAnswers({ _ in }, rule) { archive, service in
            await #expect(throws: S3Trouble.strange("a listing that does not go on")) { _ = try await archive.abortUploads(after: 3600) }
            let aborted = service.requests.filter { $0.method == .DELETE }.map(\.path)
            #expect(aborted.count == 2 && aborted.allSatisfy { $0.hasSuffix("/" + old.hex) }, "\(aborted)")
        }
    }

    @Test("What is given whole, as by who knows no ranges, is compared with its checksum like a part of it")
    func whole() async throws {
        let bytes = Bytes.pattern(1000), sha256 = S3Body(bytes).sha256, text = String(decoding: bytes.map { $0 & 0x7F }, as: UTF8.self)
        let right = S3Body(Array(text.utf8)).sha256
        for (sum, isRight) in [(right, true), (sha256, false)] {
            let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, _ in
                request.method == .GET ? .say(200, text, ["x-amz-meta-sha256": sum]) : .none
            }
            try await withAnswers({ _ in }, rule) { archive, _ in
                if isRight {
                    let found = try await ArchiveContract.contents(of: BlobID(), in: archive)
                    #expect(found == Array(text.utf8))
                } else {
                    await #expect(throws: Self.strange("other bytes than were stored")) { _ = try await archive.open(BlobID()) }
                }
            }
        }
    }

    @Test(
        "A range that is not the one that was asked for is told",
        arguments: [
            (206, "abc", "bytes 0-2/9"), (206, "abc", "bytes 0-2/2"), (206, "abc", ""), (206, "abc", "bytes 0-2/*"), (206, "", "bytes 0-2/3"),
            (206, "abc", "bytes 1-3/3"), (206, "abc", "bytes 0-3/3"), (206, "abc", "bytes */3"), (206, "abc", "3"),
            (206, "abc", "bytes 0-9223372036854775807/3"), (206, "abc", "bytes 0-2/99999999999999999999"),
        ])
    func ranges(_ status: Int, _ text: String, _ range: String) async throws {
        let headers = range.isEmpty ? [:] : ["content-range": range]
        try await withAnswers({ _ in }, { request, _ in request.method == .GET ? .say(status, text, headers) : .none }) { archive, _ in
            await #expect(throws: Self.strange("a range that was not asked for")) { _ = try await archive.open(BlobID()) }
        }
    }

    @Test("One whose other end is missing, that begins elsewhere or does not say where, or that has changed, is not handed on")
    func laterRanges() async throws {
        let size = S3Reader.head + 100, head = String(repeating: "h", count: S3Reader.head)
        let first = FaultyService.Fault.say(206, head, ["content-range": "bytes 0-\(S3Reader.head - 1)/\(size)"])
        let tail = String(repeating: "t", count: 100), id = BlobID()
        for (later, error) in [
            (FaultyService.Fault.say(206, String(tail.dropLast()), ["content-range": "bytes 0-98/\(size)"]), Self.strange("a range that was not asked for")),
            (.say(200, tail, [:]), Self.strange("a range that was not asked for")),
            (.say(206, tail, ["content-range": "bytes 0-99/\(size)"]), Self.strange("a range that was not asked for")),
            (.say(206, tail, ["content-range": "bytes \(S3Reader.head - 1)-\(size - 2)/\(size)"]), Self.strange("a range that was not asked for")),
            (.say(206, tail, [:]), Self.strange("a range that was not asked for")),
            (.say(206, tail, ["content-range": "bytes \(S3Reader.head)-\(size - 1)/\(size + 1)"]), .damaged(id, size: size + 1, stored: size)),
            (.say(404, "<Error><Code>NoSuchKey</Code></Error>", [:]), .missing(id)),
        ] as [(FaultyService.Fault, ArchiveError)] {
            try await withAnswers({ _ in }, { request, count in request.method == .GET ? (count == 0 ? first : later) : .none }) { archive, _ in
                let reader = try await archive.open(id)
                #expect(reader.size == size)
                await #expect(throws: error) { _ = try await reader.read(at: S3Reader.head, count: 100) }
                // What came with the opening is still there.
                let beginning = try await reader.read(at: 0, count: 10)
                #expect(beginning == ByteBuffer(string: "hhhhhhhhhh"))
            }
        }
    }

    @Test("A blob that was stored with other bytes than were sent is not acknowledged, and is removed")
    func otherTag() async throws {
        let tag = ["etag": "\"\(String(repeating: "0", count: 32))\""]
        let (removed, note) = AsyncStream.makeStream(of: String.self)
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, _ in
            if request.method == .DELETE { note.yield(request.path) }
            return request.method == .PUT ? .say(200, "", tag) : .none
        }
        try await withAnswers({ _ in }, rule) { archive, service in
            await #expect(throws: Self.strange("it stored other bytes than were sent")) { _ = try await ArchiveContract.store([1, 2, 3], in: archive) }
            let stored = service.requests.first { $0.method == .PUT }?.path
            var paths = removed.makeAsyncIterator()
            let path = await paths.next()
            #expect(path == stored)
        }
    }

    /// Answers to a PUT that say nothing of the bytes: as of who encrypts with keys of his own, of another kind of tag, and without one.
    private static let silentTags = [
        ["etag": "\"\(String(repeating: "0", count: 32))\"", "x-amz-server-side-encryption": "aws:kms"], ["etag": "\"opaque\""], ["etag": ""],
    ]

    @Test("Where a tag says nothing of the bytes, the service is asked what it stored", arguments: silentTags)
    func silentTag(_ headers: [String: String]) async throws {
        try await withAnswers({ _ in }, { request, _ in request.method == .PUT ? .heads(headers) : .none }) { archive, service in
            let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
            #expect(service.count(.PUT) == 1 && service.count(.HEAD) == 1)
            let found = try await ArchiveContract.contents(of: stored.id, in: archive)
            #expect(found == [1, 2, 3])
        }
    }

    @Test("A PUT whose tag says what was stored costs one request") func speakingTag() async throws {
        try await withAnswers({ _ in }, { _, _ in .none }) { archive, service in
            _ = try await ArchiveContract.store([1, 2, 3], in: archive)
            #expect(service.requests.count == 1)
        }
    }

    @Test("What has another checksum than was sent, or none, is not acknowledged", arguments: [String(repeating: "0", count: 64), ""])
    func otherChecksum(_ sum: String) async throws {
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, _ in
            request.method == .PUT ? .heads(["etag": ""]) : request.method == .HEAD ? .heads(["x-amz-meta-sha256": sum]) : .none
        }
        try await withAnswers({ _ in }, rule) { archive, _ in
            await #expect(throws: Self.strange("it stored other bytes than were sent")) { _ = try await ArchiveContract.store([1, 2, 3], in: archive) }
            await archive.cleaner.close()
            let listed = try await ArchiveContract.listing(of: archive)
            #expect(listed == [:])
        }
    }

    @Test("Who answers 200 to everything, or to whatever is to be stored, is not believed")
    func pretended() async throws {
        try await withAnswers({ _ in }, { _, _ in .pretend }) { archive, _ in
            await #expect(throws: Self.strange("an object without its size and time")) { _ = try await ArchiveContract.store([1, 2, 3], in: archive) }
        }
        try await withAnswers({ _ in }, { request, _ in request.method == .PUT ? .pretend : .none }) { archive, _ in
            await #expect(throws: Self.strange("what it said it stored is not there")) { _ = try await ArchiveContract.store([1, 2, 3], in: archive) }
        }
        // The same of what would go in parts.
        try await withAnswers({ $0.partBytes = 5 << 20 }, { request, _ in request.method == .PUT ? .pretend : .none }) { archive, _ in
            let bytes = Bytes.pattern((5 << 20) + 1)
            await #expect(throws: Self.strange("a part without an entity tag")) { _ = try await ArchiveContract.store(bytes, in: archive) }
        }
    }

    @Test(
        "An object without its size or its time is none, and one that is not there is not there",
        arguments: [
            ["last-modified": "yesterday"], [:],
        ])
    func facts(_ headers: [String: String]) async throws {
        try await withAnswers({ _ in }, { request, _ in request.method == .HEAD ? .say(200, "", headers) : .none }) { archive, _ in
            await #expect(throws: Self.strange("an object without its size and time")) { _ = try await archive.written(BlobID()) }
        }
        try await withAnswers({ _ in }, { request, _ in request.method == .HEAD ? .say(404, "", [:]) : .none }) { archive, _ in
            let written = try await archive.written(BlobID())
            #expect(written == nil)
        }
        try await withAnswers({ _ in }, { request, _ in request.method == .HEAD ? .say(403, "", [:]) : .none }) { archive, _ in
            await #expect(throws: ArchiveError.failed("these credentials are not allowed to do that (status 403)")) { _ = try await archive.written(BlobID()) }
        }
    }

    @Test("A redirection is told, and nothing signed goes to where it leads", arguments: [301, 307])
    func redirected(_ status: Int) async throws {
        let elsewhere = try FaultyService(before: "http://127.0.0.1:1")
        try await elsewhere.run { address in
            try await withAnswers({ _ in }, { _, _ in .say(status, "", ["location": address + "/bucket/key"]) }) { archive, service in
                let words = ArchiveError.failed("the bucket is in another region or at another endpoint (status \(status))")
                await #expect(throws: words) { _ = try await ArchiveContract.store([1], in: archive) }
                await #expect(throws: words) { _ = try await archive.open(BlobID()) }
                #expect(service.count(.PUT) == 1)
            }
        }
        #expect(elsewhere.requests.isEmpty)
    }

    @Test("An answer that is longer than it may be is not kept")
    func tooLong() async throws {
        let long = "<Error><Code>X</Code><Message>" + String(repeating: "m", count: 200_000) + "</Message></Error>"
        try await withAnswers({ _ in }, { request, _ in request.method == .PUT ? .say(400, long, [:]) : .none }) { archive, _ in
            await #expect(throws: ArchiveError.failed("the service cannot be reached: an answer was longer than it may be")) {
                _ = try await ArchiveContract.store([1], in: archive)
            }
        }
    }

    @Test("What is not there is removed, and what may not be removed is told")
    func removal() async throws {
        try await withAnswers({ _ in }, { request, _ in request.method == .DELETE ? .say(404, "<Error><Code>NoSuchKey</Code></Error>", [:]) : .none }) {
            archive, _ in
            try await archive.remove(BlobID())
        }
        try await withAnswers({ _ in }, { request, _ in request.method == .DELETE ? .refuse(403, "AccessDenied") : .none }) { archive, _ in
            await #expect(throws: ArchiveError.failed("these credentials are not allowed to do that (AccessDenied)")) { try await archive.remove(BlobID()) }
        }
    }
}
