import Glibc
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct Leftovers {
    /// What a crash leaves: prepared files that are empty, and a blob half written.
    @Test func ofACrashAreListed() async throws {
        try await withArchive { archive, path in
            let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
            let (empty, partial) = (BlobID(), BlobID())
            try plant([], at: layout(path).path(empty))
            try plant(Bytes.pattern(100_001), at: layout(path).path(partial))
            try await withArchive(in: path) { restarted in
                #expect(try await ArchiveContract.listing(of: restarted) == [stored.id: 3, empty: 0, partial: 100_001])
                try await restarted.remove(empty)
                try await restarted.remove(partial)
                #expect(try await ArchiveContract.listing(of: restarted) == [stored.id: 3])
            }
        }
    }

    /// Created, and killed before it was locked and named.
    @Test func withoutANameAreRemovedByTheListing() async throws {
        try await withArchive { archive, path in
            let leftover = layout(path).path(BlobID()) + ".new"
            try plant([], at: leftover)
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            #expect(access(leftover, F_OK) != 0)
        }
    }

    @Test func withoutANameStayWhileSomebodyHoldsThem() async throws {
        try await withArchive { archive, path in
            let fresh = layout(path).path(BlobID()) + ".new"
            try plant([], at: fresh)
            let holder = open(fresh, O_RDWR | O_CLOEXEC)
            #expect(flock(holder, LOCK_EX) == 0)
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            #expect(access(fresh, F_OK) == 0)
            close(holder)
        }
    }

    /// The command line stores while the server runs, and the other way round.
    @Test func doNotIncludeWhatAnotherProcessIsWriting() async throws {
        try await withArchive { archive, path in
            try await withArchive(in: path) { other in
                let writer = try await other.begin(limit: 1_000_000)
                try await writer.write(ByteBuffer(bytes: Bytes.pattern(500_000)))
                #expect(try await ArchiveContract.listing(of: archive) == [:])
                let stored = try await writer.finish()
                // Its row is not committed yet: to take it for an orphan would lose it.
                #expect(try await ArchiveContract.listing(of: archive) == [:])
                await writer.abandon()
                #expect(try await ArchiveContract.listing(of: archive) == [stored.id: 500_000])
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func doNotIncludePreparedFilesAndCloseRemovesThose() async throws {
        try await withDirectory { path in
            let stored = try await withArchive(in: path, { $0.preparedFiles = 40 }) { archive in
                var stored: [BlobID: Int] = [:]
                for size in 1...30 { stored[try await ArchiveContract.store(Bytes.pattern(size), in: archive).id] = size }
                while blobFiles(in: path).count <= 30 { await Task.yield() }
                #expect(try await ArchiveContract.listing(of: archive) == stored)
                return stored
            }
            #expect(Set(blobFiles(in: path)) == Set(stored.keys.map(\.hex)))
        }
    }

    /// A writer let go without a word, as when a task ends early.
    @Test(.timeLimit(.minutes(10))) func ofAForgottenWriterVanish() async throws {
        try await withArchive({
            $0.preparedFiles = 0; $0.quotaBytes = 700_000
        }) { archive, path in
            try await forgetWriter(of: archive)
            while !blobFiles(in: path).isEmpty { await Task.yield() }
            _ = try await ArchiveContract.store(Bytes.pattern(700_000), in: archive)
        }
    }

    private func forgetWriter(of archive: FileArchive) async throws {
        try await archive.begin(limit: 1_000_000).write(ByteBuffer(bytes: Bytes.pattern(700_000)))
    }

    @Test func thatAreNoBlobsAreLeftAlone() async throws {
        try await withArchive { archive, path in
            let directory = layout(path).directory("ab")
            let names = ["README", "ab", String(repeating: "A", count: 32), String(repeating: "b", count: 31), "é" + String(repeating: "c", count: 30)]
            for name in names { try plant([9], at: directory + "/" + name) }
            let (link, folder) = (BlobID("ab" + HexID.random().dropFirst(2)), BlobID("ab" + HexID.random().dropFirst(2)))
            let linkID = try #require(link), folderID = try #require(folder)
            #expect(symlink("/etc/passwd", layout(path).path(linkID)) == 0)
            #expect(mkdir(layout(path).path(folderID), 0o700) == 0)
            #expect(try await ArchiveContract.listing(of: archive) == [:])
            #expect(Set(entries(of: directory)) == Set(names + [linkID.hex, folderID.hex]))
            await #expect(throws: ArchiveError.self) { _ = try await archive.open(linkID) }
        }
    }

    private func layout(_ path: String) -> BlobLayout { BlobLayout(root: path) }

    private func plant(_ bytes: [UInt8], at path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }
}
