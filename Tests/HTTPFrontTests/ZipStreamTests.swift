import CArchive
import NIOCore
import Synchronization
import Testing
import Voicemail

@testable import HTTPFront

/// A blob in memory.
struct MemoryBlob: BlobReader {
    let bytes: [UInt8]
    var claimedSize: Int?

    init(_ bytes: [UInt8], claiming size: Int? = nil) {
        self.bytes = bytes
        claimedSize = size
    }

    var size: Int { claimedSize ?? bytes.count }
    func localCopy() async throws -> LocalCopy { throw ArchiveError.failed("none") }

    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        ByteBuffer(bytes: bytes.dropFirst(offset).prefix(count))
    }
}

@Suite struct ZipStreamTests {
    private func write(_ entries: [ZipEntry]) async throws -> (whole: [UInt8], largest: Int) {
        let chunks = Mutex<[[UInt8]]>([])
        try await ZipStream(entries).write(to: ChunkWriter { bytes in chunks.withLock { $0.append(Array(bytes.readableBytesView)) } })
        return chunks.withLock { ($0.flatMap { $0 }, $0.map(\.count).max() ?? 0) }
    }

    private func entry(_ name: String, _ bytes: [UInt8]) -> ZipEntry {
        ZipEntry(name: name, modified: Timestamp(unix: 1_462_839_522)) { MemoryBlob(bytes) }
    }

    /// What libarchive's reader finds, checksums compared; the names come from the directory at the end, since
    /// libarchive cannot read them in a process without a locale.
    private func unzip(_ zip: [UInt8]) throws -> [(name: String, bytes: [UInt8], modified: Int)] {
        let archive = try #require(archive_read_new())
        defer { archive_read_free(archive) }
        archive_read_support_format_zip_seekable(archive)
        var names = directory(zip).makeIterator()
        return try zip.withUnsafeBytes { zip in
            try #require(archive_read_open_memory(archive, zip.baseAddress, zip.count) == ARCHIVE_OK)
            var found: [(String, [UInt8], Int)] = []
            var entry: OpaquePointer?
            while [ARCHIVE_OK, ARCHIVE_WARN].contains(archive_read_next_header(archive, &entry)) {
                var bytes = [UInt8](repeating: 0, count: 4 << 20)
                let count = archive_read_data(archive, &bytes, bytes.count)
                try #require(count >= 0)
                let name = names.next()
                found.append((try #require(name), Array(bytes.prefix(count)), archive_entry_mtime(entry)))
            }
            return found
        }
    }

    /// The names of the central directory (APPNOTE 4.3.12).
    private func directory(_ zip: [UInt8]) -> [String] {
        func number(_ at: Int, _ width: Int) -> Int { (0..<width).reduce(0) { $0 | Int(zip[at + $1]) << (8 * $1) } }
        let end = zip.count - 22
        var at = number(end + 16, 4)
        return (0..<number(end + 10, 2)).map { _ in
            let length = number(at + 28, 2)
            defer { at += 46 + length + number(at + 30, 2) + number(at + 32, 2) }
            return String(decoding: zip[at + 46..<at + 46 + length], as: UTF8.self)
        }
    }

    @Test func entriesComeBackByteForByte() async throws {
        var random = Seeded(1)
        let contents = [random.bytes(3), [], random.bytes(ZipStream.piece), random.bytes(ZipStream.piece + 1), random.bytes(1_500_000)]
        let names = ["1001_2016-05-10_01:18:42.mp3", "empty", "Zoë 📞.wav", "日本語.mp3", "x"]
        let written = try await write(zip(names, contents).map { entry($0, $1) })
        let found = try unzip(written.whole)
        #expect(found.map(\.name) == names)
        #expect(zip(found, contents).allSatisfy { $0.bytes == $1 })
        #expect(Set(found.map(\.modified)) == [1_462_839_522])
        #expect(written.largest <= ZipStream.batch + ZipStream.piece + 4096)
    }

    @Test func audioIsStoredAndNamesAreMarkedAsUTF8() async throws {
        let zip = try await write([entry("é", [UInt8](repeating: 7, count: 10_000))]).whole
        #expect(zip.count > 10_000)
        // Local header: signature, version, flags (bit 11: UTF-8), method (0: stored).
        #expect(zip.prefix(4).elementsEqual([0x50, 0x4B, 0x03, 0x04]))
        #expect(zip[7] & 0x08 != 0)
        #expect(zip[8] == 0 && zip[9] == 0)
    }

    @Test func anArchiveOfNothingIsAnArchive() async throws {
        let zip = try await write([ZipEntry(name: "gone", modified: Timestamp(unix: 0)) { nil }]).whole
        // The end of an empty central directory (APPNOTE 4.3.16).
        #expect(zip == [0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18))
    }

    @Test func aBlobThatEndsEarlyFailsTheArchive() async throws {
        let short = ZipEntry(name: "x", modified: Timestamp(unix: 0)) { MemoryBlob([1, 2, 3], claiming: 4) }
        await #expect(throws: ZipArchive.Failure.self) { try await write([short]) }
    }

    @Test func entriesAreOpenedOneAfterTheOther() async throws {
        let open = Mutex(0)
        final class Counted: BlobReader {
            let release: @Sendable () -> Void
            init(release: @escaping @Sendable () -> Void) { self.release = release }
            deinit { release() }
            var size: Int { 10 }
            func localCopy() async throws -> LocalCopy { LocalCopy(path: "", heldBy: self) }
            func read(at offset: Int, count: Int) async throws -> ByteBuffer { ByteBuffer(repeating: 0, count: count) }
        }
        let most = Mutex(0)
        let entries = (0..<50).map { number in
            ZipEntry(name: "\(number)", modified: Timestamp(unix: 0)) {
                let now = open.withLock {
                    $0 += 1; return $0
                }
                most.withLock { $0 = max($0, now) }
                return Counted { open.withLock { $0 -= 1 } }
            }
        }
        _ = try await write(entries)
        #expect(most.withLock { $0 } <= 2)
        #expect(open.withLock { $0 } == 0)
    }
}
