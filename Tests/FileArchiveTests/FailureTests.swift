import CFileIO
import Glibc
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct FailingDevice {
    struct Failure: Sendable, CustomTestStringConvertible {
        let step: Faults.Step
        let code: Int32
        let size: Int
        var testDescription: String { "\(step.rawValue), errno \(code), \(size) bytes" }
    }

    static let failures: [Failure] = Faults.Step.allCases.flatMap { step in
        [EIO, ENOSPC, EDQUOT].flatMap { code in [3, 700_000].map { Failure(step: step, code: code, size: $0) } }
    }

    @Test(arguments: failures)
    func leavesNothingAndRecovers(_ failure: Failure) async throws {
        let faults = Faults()
        try await withArchive({ $0.preparedFiles = 0 }, system: faults.system) { archive, path in
            faults.fail(failure.step, failure.code)
            let expected: ArchiveError = failure.code == EIO ? .failed("\(failure.step.rawValue): Input/output error") : .full
            await #expect(throws: expected) { try await ArchiveContract.store(Bytes.pattern(failure.size), in: archive) }
            #expect(blobFiles(in: path) == [])

            faults.reset()
            let bytes = Bytes.pattern(failure.size)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
            #expect(blobFiles(in: path) == [stored.id.hex])
        }
    }

    /// The first write of a long blob went well; the next, still during the upload, does not.
    @Test(arguments: [1, 2, 3])
    func leavesNothingWhenALaterWriteFails(_ good: Int) async throws {
        let faults = Faults()
        try await withArchive({ $0.preparedFiles = 0 }, system: faults.system) { archive, path in
            faults.fail(.write, ENOSPC, after: good)
            await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(2_000_000), in: archive) }
            #expect(blobFiles(in: path) == [])
        }
    }

    /// The kernel may have dropped the pages: a second sync would lie.
    @Test func doesNotSyncTwice() async throws {
        let faults = Faults()
        try await withArchive({ $0.preparedFiles = 0 }, system: faults.system) { archive, _ in
            faults.fail(.sync, EIO)
            let writer = try await archive.begin(limit: 10)
            try await writer.write(ByteBuffer(bytes: [1]))
            await #expect(throws: ArchiveError.self) { _ = try await writer.finish() }
            faults.reset()
            await #expect(throws: ArchiveError.self) { _ = try await writer.finish() }
            await writer.abandon()
            #expect(faults.calls == [])
        }
    }

    @Test func aReadThatFailsIsAnError() async throws {
        var system = FileSystem.system
        system.readCached = { _, _, _ in 0 }
        system.read = { _, _, _ throws(SystemError) in throw SystemError(operation: "read", code: EIO) }
        try await withArchive(system: system) { archive, _ in
            let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
            let reader = try await archive.open(stored.id)
            await #expect(throws: ArchiveError.failed("read: Input/output error")) { _ = try await reader.read(at: 0, count: 3) }
        }
    }

    /// A part of what is asked for lies in memory, the rest does not, and the device gives it in pieces.
    @Test func readsInPiecesMakeOneWhole() async throws {
        var system = FileSystem.system
        let real = system
        system.readCached = { descriptor, buffer, offset in
            (try? real.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(1000)), offset)) ?? 0
        }
        system.read = { descriptor, buffer, offset throws(SystemError) in
            try real.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(7000)), offset)
        }
        try await withArchive(system: system) { archive, _ in
            let bytes = Bytes.pattern(50_000)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
        }
    }

    /// A device that takes less than it is given.
    @Test func writesInPiecesMakeOneWhole() async throws {
        var system = FileSystem.system
        let real = system
        system.setDirect = { _, direct in !direct }
        system.write = { descriptor, bytes, offset throws(SystemError) in
            try real.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(9999)), offset)
        }
        try await withArchive(system: system) { archive, _ in
            let bytes = Bytes.pattern(600_000)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
        }
    }

    /// A file system that takes the flag for direct writes and then refuses the writes.
    @Test func fallsBackToThePageCache() async throws {
        var system = FileSystem.system
        let real = system
        system.write = { descriptor, bytes, offset throws(SystemError) in
            if fcntl(descriptor, F_GETFL) & cfileio_direct_flag() != 0 { throw SystemError(operation: "write", code: EINVAL) }
            return try real.write(descriptor, bytes, offset)
        }
        try await withArchive(system: system) { archive, _ in
            for size in [20_000, 600_000] {
                let bytes = Bytes.pattern(size)
                let stored = try await ArchiveContract.store(bytes, in: archive)
                #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
            }
        }
    }
}
