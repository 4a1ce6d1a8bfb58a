import Foundation
import NIOCore
import NIOHTTP1
import TestKit
import Testing
import Voicemail

@testable import S3Archive

/// What is too large for one request.
struct PartTests {
    private static let part = 5 << 20

    private func withParts<Value: Sendable>(
        _ rule: @escaping @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { _, _ in .none },
        _ body: (S3Archive, FaultyService) async throws -> Value
    ) async throws -> Value {
        try await withBucket { options in
            let service = try FaultyService(before: options.endpoint.description, rule)
            return try await service.run { address in
                var options = try S3ArchiveTests.options(options.bucket, at: address)
                options.partBytes = Self.part
                return try await withArchive(options) { try await body($0, service) }
            }
        }
    }

    private func store(_ bytes: [UInt8], in archive: S3Archive) async throws -> StoredBlob {
        try await ArchiveContract.store(bytes, in: archive, limit: 100_000_000, piece: 1_000_003)
    }

    @Test("Sizes around whole parts come back, read at once, in ranges and as a file", arguments: [part - 1, part, part + 1, 2 * part, 2 * part + 700_000])
    func sizes(_ size: Int) async throws {
        try await withParts { archive, service in
            let bytes = Bytes.pattern(size)
            let stored = try await store(bytes, in: archive)
            #expect(service.count(.PUT) == (size + Self.part - 1) / Self.part)
            let found = try await ArchiveContract.contents(of: stored.id, in: archive)
            #expect(found == bytes)
            #expect(try await archive.digest(of: stored.id).sha256 == stored.sha256)
            let reader = try await archive.open(stored.id)
            for (offset, count) in [(0, 10), (S3Reader.head - 5, 10), (Self.part - 3, 6), (size - 7, 7), (size - 7, 100), (3_000_000, 1_500_000)] {
                let read = Array(try await reader.read(at: offset, count: count).readableBytesView)
                #expect(read == Array(bytes.dropFirst(offset).prefix(count)), "\(offset) \(count)")
            }
            let copy = try await reader.localCopy()
            let copied = try Bytes.ofFile(copy.path)
            #expect(copied == bytes)
            #expect(try await ArchiveContract.listing(of: archive) == [stored.id: size])
        }
    }

    @Test("A reader that has not read everything outlives the removal, and then it is gone") func removedWhileOpen() async throws {
        try await withParts { archive, service in
            let bytes = Bytes.pattern(2_000_000)
            let stored = try await store(bytes, in: archive)
            var reader: (any BlobReader)? = try await archive.open(stored.id)
            try await archive.remove(stored.id)
            #expect(service.count(.DELETE) == 0)
            await #expect(throws: ArchiveError.missing(stored.id)) { _ = try await archive.open(stored.id) }
            #expect(try await archive.written(stored.id) == nil)
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            let read = try await reader?.read(at: 1_000_000, count: 1_000_000)
            #expect(read.map { Array($0.readableBytesView) } == Array(bytes[1_000_000...]))
            reader = nil
            // Closing waits for it.
            await archive.cleaner.close()
            #expect(service.count(.DELETE) == 1)
        }
    }

    @Test("An object that came in parts counts as written a day after its upload began, as late as that may have ended")
    func writtenInParts() async throws {
        let age = 30 * 3600
        try await withParts({ request, _ in request.method == .HEAD ? .aged(age) : .none }) { archive, _ in
            let small = try await store(Bytes.pattern(1000), in: archive), large = try await store(Bytes.pattern(Self.part + 1), in: archive)
            let now = SystemClock().now
            let ages = try (await archive.written(small.id), await archive.written(large.id))
            #expect(abs(now.unix - (ages.0?.unix ?? 0) - age) <= 60)
            #expect(abs(now.unix - (ages.1?.unix ?? 0) - (age - 24 * 3600)) <= 60)
        }
        try await withParts { archive, _ in
            let large = try await store(Bytes.pattern(Self.part + 1), in: archive)
            #expect(abs(SystemClock().now.unix - (try await archive.written(large.id)?.unix ?? 0)) <= 60)
        }
    }

    @Test("An upload that is given up leaves no part") func givenUp() async throws {
        try await withParts { archive, _ in
            let writer = try await archive.begin(limit: 100_000_000)
            try await writer.write(ByteBuffer(bytes: Bytes.pattern(Self.part + 1)))
            await writer.abandon()
            try await forget(archive)
            await archive.cleaner.close()
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            #expect(try await archive.abortUploads(after: -3600) == 0)
        }
    }

    @Test("Behind an upload under a given name that is given up its parts are removed, and nothing that is stored under it next")
    func givenName() async throws {
        try await withParts { archive, service in
            let id = BlobID(), bytes = Bytes.pattern(Self.part + 1)
            for isWhole in [false, true] {
                let writer = try await archive.begin(limit: 100_000_000, as: id)
                try await writer.write(ByteBuffer(bytes: bytes))
                if isWhole { _ = try await writer.finish() }
                await writer.abandon()
            }
            await archive.cleaner.close()
            let removals = service.requests.filter { $0.method == .DELETE }
            #expect(removals.count == 1 && removals.allSatisfy { $0.uri.contains("uploadId=") }, "\(removals.map(\.uri))")
            #expect(try await ArchiveContract.contents(of: id, in: archive) == bytes)
            #expect(try await archive.abortUploads(after: -3600) == 0)
        }
    }

    /// A writer that is let go without a word, as when a task ends early.
    private func forget(_ archive: S3Archive) async throws {
        try await archive.begin(limit: 100_000_000).write(ByteBuffer(bytes: Bytes.pattern(Self.part + 1)))
    }

    @Test("What a process that died has left of one is found by its age") func sweep() async throws {
        try await withParts { archive, _ in
            // As far as it came.
            let upload = try await PartUpload.begin(archive.key(BlobID()), archive)
            try await upload.send(S3Body(Bytes.pattern(1000)))
            let foreign = S3Request(method: .POST, key: "something else", query: [("uploads", "")])
            _ = try await archive.client.send(foreign)
            #expect(try await archive.abortUploads(after: 3600) == 0)
            #expect(try await archive.abortUploads(after: -3600) == 1)
            #expect(try await archive.abortUploads(after: -3600) == 0)
        }
    }

    @Test("Lost answers and overload on the way are made up for") func faults() async throws {
        // The first POST begins, the second completes: both are refused once, and the completion's answer is lost then.
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, count in
            switch (request.method, count) {
            case (.POST, 0), (.POST, 2): .refuse(503, "SlowDown")
            case (.POST, 3), (.PUT, 1): .loseAnswer
            case (.PUT, 2): .drop
            default: .none
            }
        }
        try await withParts(rule) { archive, service in
            let bytes = Bytes.pattern(2 * Self.part + 5)
            let stored = try await store(bytes, in: archive)
            let found = try await ArchiveContract.contents(of: stored.id, in: archive)
            #expect(found == bytes)
            #expect(service.count(.POST) == 4)
        }
    }

    @Test("More than the limit is refused in the middle of an upload, and nothing stays") func tooLarge() async throws {
        try await withParts { archive, _ in
            let writer = try await archive.begin(limit: Self.part + 10)
            try await writer.write(ByteBuffer(bytes: Bytes.pattern(Self.part + 10)))
            await #expect(throws: ArchiveError.tooLarge(limit: Self.part + 10)) { try await writer.write(ByteBuffer(bytes: [1])) }
            await writer.abandon()
            await archive.cleaner.close()
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            #expect(try await archive.abortUploads(after: -3600) == 0)
        }
    }

    @Test("Copies for decoders are kept within their bounds, and one is made for all who ask at once") func copies() async throws {
        try await withBucket { options in
            var options = options
            options.cacheBytes = 2_000_000
            let service = try FaultyService(before: options.endpoint.description)
            try await service.run { address in
                var through = options
                through.endpoint = try #require(S3Endpoint(address))
                try await withArchive(through) { archive in
                    var ids: [BlobID] = []
                    for seed in 0..<4 {
                        let bytes = Bytes.pattern(450_000, seed: UInt64(seed))
                        ids.append(try await ArchiveContract.store(bytes, in: archive).id)
                    }
                    let reader = try await archive.open(ids[0])
                    let paths = try await withThrowingTaskGroup(of: String.self) { group in
                        for _ in 0..<20 { group.addTask { try await reader.localCopy().path } }
                        return try await group.reduce(into: Set<String>()) { _ = $0.insert($1) }
                    }
                    #expect(paths.count == 1)
                    for id in ids { _ = try await archive.open(id).localCopy() }
                    #expect(archive.copies.keptBytes <= 2_000_000)
                    archive.releaseMemory()
                    #expect(archive.copies.keptBytes == 0)
                }
            }
        }
    }
}
