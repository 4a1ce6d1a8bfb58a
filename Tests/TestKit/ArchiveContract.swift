import NIOCore
import Testing
import Voicemail

/// What every `AudioArchive` must do. An archive's tests run each case on an empty archive of its own, with
/// room for some ten megabytes.
public enum ArchiveContract {
    /// One promise of the port.
    public struct Case: Sendable, CustomTestStringConvertible {
        public let name: String
        public let run: @Sendable (any AudioArchive) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (any AudioArchive) async throws -> Void) {
            self.name = name
            self.run = run
        }

        public var testDescription: String { name }
    }

    public static let all = writing + reading + removing
}

// MARK: Writing

extension ArchiveContract {
    private static let writing = [
        Case("an empty blob is a blob") { archive in
            let stored = try await store(Bytes.pattern(0), in: archive)
            #expect(stored.size == 0)
            #expect(stored.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            #expect(try await contents(of: stored.id, in: archive) == [])
            #expect(try await listing(of: archive) == [stored.id: 0])
        },
        Case("the checksum is the bytes' SHA-256") { archive in
            let stored = try await store(Array("abc".utf8), in: archive)
            #expect(stored.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            let digest = try await archive.digest(of: stored.id)
            #expect(digest.size == 3)
            #expect(digest.sha256 == stored.sha256)
        },
        Case("sizes around every boundary come back byte for byte") { archive in
            for size in [1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 160_000, 262_143, 262_144, 262_145, 528_385, 1_048_576] {
                let bytes = Bytes.pattern(size)
                let stored = try await store(bytes, in: archive)
                #expect(stored.size == size)
                #expect(try await contents(of: stored.id, in: archive) == bytes)
                #expect(try await archive.digest(of: stored.id).sha256 == stored.sha256)
            }
        },
        Case("pieces of any size make the same blob") { archive in
            let bytes = Bytes.pattern(700_001)
            let whole = try await store(bytes, in: archive)
            var random = PatternGenerator(seed: 11)
            for largest in [3000, 70_000, 400_000] {
                let writer = try await archive.begin(limit: bytes.count)
                var start = 0
                while start < bytes.count {
                    let end = min(bytes.count, start + Int.random(in: 0...largest, using: &random))
                    try await writer.write(ByteBuffer(bytes: bytes[start..<end]))
                    start = end
                }
                let stored = try await writer.finish()
                await writer.abandon()
                #expect(stored.sha256 == whole.sha256)
                #expect(stored.id != whole.id)
                #expect(try await contents(of: stored.id, in: archive) == bytes)
            }
        },
        Case("the limit is in, one byte more is out and leaves nothing") { archive in
            for limit in [0, 1, 5000, 300_000] {
                let stored = try await store(Bytes.pattern(limit), in: archive, limit: limit)
                #expect(try await listing(of: archive) == [stored.id: limit])
                let writer = try await archive.begin(limit: limit)
                if limit > 0 { try await writer.write(ByteBuffer(bytes: Bytes.pattern(limit))) }
                await #expect(throws: ArchiveError.tooLarge(limit: limit)) { try await writer.write(ByteBuffer(bytes: [1])) }
                await writer.abandon()
                #expect(try await listing(of: archive) == [stored.id: limit])
                try await archive.remove(stored.id)
            }
        },
        Case("a blob exceeding its limit in one piece is refused") { archive in
            let writer = try await archive.begin(limit: 1_000_000)
            await #expect(throws: ArchiveError.tooLarge(limit: 1_000_000)) {
                try await writer.write(ByteBuffer(bytes: Bytes.pattern(1_000_001)))
            }
            await writer.abandon()
            #expect(try await listing(of: archive) == [:])
        },
        Case("after an error a writer neither takes nor finishes anything") { archive in
            let writer = try await archive.begin(limit: 1)
            await #expect(throws: ArchiveError.tooLarge(limit: 1)) { try await writer.write(ByteBuffer(bytes: [1, 2])) }
            await #expect(throws: ArchiveError.self) { try await writer.write(ByteBuffer(bytes: [1])) }
            await #expect(throws: ArchiveError.self) { _ = try await writer.finish() }
            await writer.abandon()
            #expect(try await listing(of: archive) == [:])
        },
        Case("abandoning drops, at any stage and more than once") { archive in
            for size in [0, 1000, 600_000] {
                let writer = try await archive.begin(limit: 1_000_000)
                if size > 0 { try await writer.write(ByteBuffer(bytes: Bytes.pattern(size))) }
                await writer.abandon()
                await writer.abandon()
                #expect(try await listing(of: archive) == [:])
            }
        },
        Case("abandoning a finished blob leaves it") { archive in
            let writer = try await archive.begin(limit: 10)
            try await writer.write(ByteBuffer(bytes: [1, 2, 3]))
            let stored = try await writer.finish()
            await writer.abandon()
            #expect(try await contents(of: stored.id, in: archive) == [1, 2, 3])
            #expect(try await listing(of: archive) == [stored.id: 3])
        },
        Case("a blob may have the name that it has elsewhere, and is begun anew after an attempt that was given up") { archive in
            let id = BlobID(), bytes = Bytes.pattern(700_001)
            let attempt = try await archive.begin(limit: 1_000_000, as: id)
            try await attempt.write(ByteBuffer(bytes: Bytes.pattern(400_000, seed: 3)))
            #expect(try await listing(of: archive) == [:])
            await attempt.abandon()
            await #expect(throws: ArchiveError.missing(id)) { _ = try await archive.open(id) }
            for content in [bytes, Bytes.pattern(10, seed: 5), []] {
                let writer = try await archive.begin(limit: 1_000_000, as: id)
                try await writer.write(ByteBuffer(bytes: content))
                let stored = try await writer.finish()
                await writer.abandon()
                #expect(stored.id == id && stored.size == content.count)
                #expect(try await contents(of: id, in: archive) == content)
                #expect(try await archive.digest(of: id).sha256 == stored.sha256)
                #expect(try await listing(of: archive) == [id: content.count])
            }
            let writer = try await archive.begin(limit: 2, as: id)
            await #expect(throws: ArchiveError.tooLarge(limit: 2)) { try await writer.write(ByteBuffer(bytes: [1, 2, 3])) }
            try await archive.remove(id)
            #expect(try await listing(of: archive) == [:])
        },
        Case("a blob being written is not listed") { archive in
            let writer = try await archive.begin(limit: 1_000_000)
            try await writer.write(ByteBuffer(bytes: Bytes.pattern(700_000)))
            #expect(try await listing(of: archive) == [:])
            let stored = try await writer.finish()
            await writer.abandon()
            #expect(try await listing(of: archive) == [stored.id: 700_000])
        },
        Case("64 writers at once do not mix their bytes") { archive in
            let stored = try await withThrowingTaskGroup(of: (Int, StoredBlob).self) { group in
                for index in 0..<64 {
                    group.addTask { (index, try await store(Bytes.pattern(150_000 + index, seed: UInt64(index)), in: archive, piece: 10_007)) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(Set(stored.values.map(\.id)).count == 64)
            for (index, blob) in stored {
                #expect(try await contents(of: blob.id, in: archive) == Bytes.pattern(150_000 + index, seed: UInt64(index)))
            }
            #expect(try await listing(of: archive) == Dictionary(uniqueKeysWithValues: stored.values.map { ($0.id, $0.size) }))
        },
        Case("an empty archive with room says so") { archive in
            let listed = try await listing(of: archive)
            #expect(listed == [:])
            #expect(await archive.unavailability() == nil)
        },
    ]
}

// MARK: Reading

extension ArchiveContract {
    private static let reading = [
        Case("any part can be read; short only at the end") { archive in
            let bytes = Bytes.pattern(300_000)
            let stored = try await store(bytes, in: archive)
            let reader = try await archive.open(stored.id)
            #expect(reader.size == bytes.count)
            for (offset, count) in [(0, 1), (0, 300_000), (1, 262_144), (4095, 4097), (299_999, 1), (299_999, 2), (299_990, 1_000_000)] {
                let part = try await reader.read(at: offset, count: count)
                #expect(Array(part.readableBytesView) == Array(bytes.dropFirst(offset).prefix(count)))
            }
            for (offset, count) in [(300_000, 1), (300_001, 10), (Int.max, 1), (0, 0), (5, 0), (5, -1), (-1, 5), (Int.min, 1)] {
                #expect(try await reader.read(at: offset, count: count).readableBytes == 0)
            }
        },
        Case("a hundred readers of one blob read the same") { archive in
            let bytes = Bytes.pattern(100_000)
            let stored = try await store(bytes, in: archive)
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<100 { group.addTask { try await contents(of: stored.id, in: archive) } }
                for try await read in group { #expect(read == bytes) }
            }
        },
        Case("a blob that is not there is missing") { archive in
            let id = BlobID()
            await #expect(throws: ArchiveError.missing(id)) { _ = try await archive.open(id) }
            await #expect(throws: ArchiveError.missing(id)) { _ = try await archive.digest(of: id) }
        },
        Case("a local copy has the bytes") { archive in
            let bytes = Bytes.pattern(200_001)
            let stored = try await store(bytes, in: archive)
            // It holds what it needs of the reader.
            let copy = try await archive.open(stored.id).localCopy()
            try await archive.remove(stored.id)
            #expect(try Bytes.ofFile(copy.path) == bytes)
        },
        Case("an archive knows when a blob was written") { archive in
            let before = SystemClock().now
            let stored = try await store([1, 2], in: archive)
            let written = try #require(try await archive.written(stored.id))
            #expect(before.advanced(by: -2) <= written && written <= SystemClock().now.advanced(by: 2))
            try await archive.remove(stored.id)
            #expect(try await archive.written(stored.id) == nil)
        },
        Case("an open reader outlives the removal") { archive in
            let bytes = Bytes.pattern(300_000)
            let stored = try await store(bytes, in: archive)
            let reader = try await archive.open(stored.id)
            try await archive.remove(stored.id)
            #expect(Array(try await reader.read(at: 0, count: 300_000).readableBytesView) == bytes)
            let copy = try await reader.localCopy()
            #expect(try Bytes.ofFile(copy.path) == bytes)
            await #expect(throws: ArchiveError.missing(stored.id)) { _ = try await archive.open(stored.id) }
        },
    ]
}

// MARK: Removing and listing

extension ArchiveContract {
    private static let removing = [
        Case("removing removes this blob and no other") { archive in
            let first = try await store([1], in: archive)
            let second = try await store([2, 2], in: archive)
            try await archive.remove(first.id)
            #expect(try await listing(of: archive) == [second.id: 2])
            #expect(try await contents(of: second.id, in: archive) == [2, 2])
        },
        Case("removing what is not there is no error") { archive in
            let stored = try await store([1], in: archive)
            try await archive.remove(stored.id)
            try await archive.remove(stored.id)
            try await archive.remove(BlobID())
            #expect(try await listing(of: archive) == [:])
        },
        Case("what is finished can be removed while its writer lives") { archive in
            let writer = try await archive.begin(limit: 10)
            let stored = try await writer.finish()
            try await archive.remove(stored.id)
            await writer.abandon()
            #expect(try await listing(of: archive) == [:])
        },
        Case("an error of the visitor ends the listing") { archive in
            _ = try await store([1], in: archive)
            _ = try await store([2], in: archive)
            let visits = Counter()
            await #expect(throws: CancellationError.self) {
                try await archive.list { _, _ in
                    await visits.increment()
                    throw CancellationError()
                }
            }
            #expect(await visits.value == 1)
        },
        Case("blobs may be removed during the listing") { archive in
            for _ in 0..<200 { _ = try await store([7], in: archive) }
            let visits = Counter()
            try await archive.list { id, size in
                #expect(size == 1)
                await visits.increment()
                try await archive.remove(id)
            }
            #expect(await visits.value == 200)
            #expect(try await listing(of: archive) == [:])
        },
    ]
}

// MARK: Steps

extension ArchiveContract {
    /// Stores bytes, in pieces of `piece`, and lets the writer go.
    public static func store(
        _ bytes: [UInt8], in archive: any AudioArchive, limit: Int = 10_000_000, piece: Int = 65_536
    ) async throws -> StoredBlob {
        let writer = try await archive.begin(limit: limit)
        do {
            for start in stride(from: 0, to: bytes.count, by: piece) {
                try await writer.write(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + piece)]))
            }
            let stored = try await writer.finish()
            await writer.abandon()
            return stored
        } catch {
            await writer.abandon()
            throw error
        }
    }

    /// All bytes of a blob.
    public static func contents(of id: BlobID, in archive: any AudioArchive) async throws -> [UInt8] {
        let reader = try await archive.open(id)
        return Array(try await reader.read(at: 0, count: reader.size).readableBytesView)
    }

    /// What the archive lists: sizes by name. A name listed twice is a failure.
    public static func listing(of archive: any AudioArchive) async throws -> [BlobID: Int] {
        let found = Listing()
        try await archive.list { id, size in
            let isNew = await found.add(id, size)
            #expect(isNew, "\(id) is listed twice")
        }
        return await found.sizes
    }
}

private actor Listing {
    private(set) var sizes: [BlobID: Int] = [:]

    func add(_ id: BlobID, _ size: Int) -> Bool { sizes.updateValue(size, forKey: id) == nil }
}

private actor Counter {
    private(set) var value = 0

    func increment() { value += 1 }
}
