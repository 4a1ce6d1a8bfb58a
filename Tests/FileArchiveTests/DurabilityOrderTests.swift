import NIOCore
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct DurabilityOrder {
    /// The name is durable before the bytes are written, the bytes before `finish` returns, and nothing after.
    @Test func withoutAPreparedFile() async throws {
        let faults = Faults()
        try await withArchive({ $0.preparedFiles = 0 }, system: faults.system) { archive, _ in
            faults.reset()
            _ = try await ArchiveContract.store(Bytes.pattern(3), in: archive)
            #expect(faults.calls == [.open, .lock, .rename, .syncDirectory, .write, .sync])
        }
    }

    /// A whole message is written and synced in one go, at the end.
    @Test func nothingIsWrittenBeforeThereIsEnough() async throws {
        let faults = Faults()
        try await withArchive({ $0.preparedFiles = 0 }, system: faults.system) { archive, _ in
            faults.reset()
            let writer = try await archive.begin(limit: 262_144)
            for _ in 0..<262_143 / 3 { try await writer.write(ByteBuffer(bytes: [1, 2, 3])) }
            #expect(faults.calls == [])
            try await writer.write(ByteBuffer(bytes: [1]))
            #expect(faults.calls.last == .write)
            _ = try await writer.finish()
            #expect(faults.calls.last == .sync)
            #expect(faults.calls.filter { $0 == .sync }.count == 1)
        }
    }

    /// The directories are created and synced once, with every ancestor.
    @Test func directoriesComeBeforeBlobs() async throws {
        try await withDirectory { path in
            let faults = Faults()
            try await withArchive(in: path + "/a/b/blobs", system: faults.system) { archive in
                // The entries of a, b, blobs, and once those of all 256.
                #expect(faults.calls == [.syncDirectory, .syncDirectory, .syncDirectory, .syncDirectory])
                _ = try await ArchiveContract.store([1], in: archive)
            }
            faults.reset()
            try await withArchive(in: path + "/a/b/blobs", system: faults.system) { _ in
                #expect(faults.calls == [])
            }
        }
    }

    @Test func syncsAreReported() async throws {
        let reports = Mutex<[Int]>([])
        try await withArchive({
            $0.onSync = { seconds, bytes in
                #expect(seconds >= 0)
                reports.withLock { $0.append(bytes) }
            }
        }) { archive, _ in
            _ = try await ArchiveContract.store(Bytes.pattern(160_000), in: archive)
            _ = try await ArchiveContract.store([], in: archive)
            #expect(reports.withLock(\.self) == [160_000, 0])
        }
    }
}
