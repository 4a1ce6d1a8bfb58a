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
