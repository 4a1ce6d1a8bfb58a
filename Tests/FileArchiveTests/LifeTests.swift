import NIOCore
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct LifeOfAnArchive {
    @Test func closedItTakesNothing() async throws {
        try await withArchive { archive, _ in
            let stored = try await ArchiveContract.store([1], in: archive)
            let writer = try await archive.begin(limit: 10)
            try await writer.write(ByteBuffer(bytes: [1]))
            await archive.close()
            await archive.close()
            let closed = ArchiveError.failed("the archive is closed")
            await #expect(throws: closed) { _ = try await archive.begin(limit: 10) }
            await #expect(throws: closed) { _ = try await writer.finish() }
            await #expect(throws: closed) { _ = try await archive.open(stored.id) }
            await #expect(throws: closed) { try await archive.remove(stored.id) }
            #expect(await archive.unavailability() == "the archive is closed")
        }
    }

    @Test func restartedItHasWhatItHad() async throws {
        try await withDirectory { path in
            let bytes = Bytes.pattern(300_000)
            let stored = try await withArchive(in: path) { try await ArchiveContract.store(bytes, in: $0) }
            try await withArchive(in: path) { archive in
                let listed = try await ArchiveContract.listing(of: archive)
                #expect(listed == [stored.id: bytes.count])
                #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
            }
        }
    }

    /// A client that goes away cancels the task of its upload; what was written must go all the same.
    @Test func aCancelledUploadCleansUp() async throws {
        try await withArchive({ $0.preparedFiles = 0 }) { archive, path in
            let upload = Task {
                let writer = try await archive.begin(limit: 1_000_000)
                try await writer.write(ByteBuffer(bytes: Bytes.pattern(700_000)))
                #expect(blobFiles(in: path).count == 1)
                withUnsafeCurrentTask { $0?.cancel() }
                await writer.abandon()
            }
            try await upload.value
            #expect(blobFiles(in: path) == [])
        }
    }

    /// More deposits at once than files prepared and threads to write them.
    @Test func outrunsItsPreparedFiles() async throws {
        try await withArchive({
            $0.preparedFiles = 2; $0.writeThreads = 8
        }) { archive, _ in
            let ids = try await withThrowingTaskGroup(of: BlobID.self) { group in
                for index in 0..<200 { group.addTask { try await ArchiveContract.store(Bytes.pattern(index), in: archive).id } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 200)
            #expect(try await Set(ArchiveContract.listing(of: archive).keys) == ids)
        }
    }
}

@Suite struct PendingBytesKept {
    @Test func keepTheirOrderHoweverTheyCome() {
        var random = Seeds()
        var pending = PendingBytes()
        var expected: [UInt8] = []
        for index in 0..<200 {
            let bytes = Bytes.pattern(Int.random(in: 0...9000, using: &random), seed: UInt64(index))
            var buffer = ByteBuffer(bytes: [UInt8](repeating: 0, count: Int.random(in: 0...20_000, using: &random)) + bytes)
            buffer.moveReaderIndex(forwardBy: buffer.readableBytes - bytes.count)
            pending.append(buffer)
            expected += bytes
        }
        #expect(pending.count == expected.count)
        #expect(pending.take().flatMap { Array($0.readableBytesView) } == expected)
        #expect(pending.count == 0)
        #expect(pending.take().isEmpty)
    }

    /// A slow client's single bytes, each a slice of a whole socket buffer.
    @Test func doNotHoldOnToWhatTheyComeFrom() {
        var pending = PendingBytes()
        for _ in 0..<10_000 {
            var buffer = ByteBuffer(repeating: 7, count: 65_536)
            buffer.moveReaderIndex(forwardBy: 65_535)
            pending.append(buffer)
        }
        let held = pending.take().reduce(0) { $0 + $1.storageCapacity }
        #expect(held <= 65_536)
    }
}

private struct Seeds: RandomNumberGenerator {
    var state: UInt64 = 5

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
    }
}
