import Glibc
import NIOCore
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct LayoutOnDisk {
    @Test func spreadsOverDirectoriesByName() async throws {
        try await withArchive { archive, path in
            let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
            let hex = stored.id.hex
            #expect(try Bytes.ofFile(path + "/" + hex.prefix(2) + "/" + hex) == [1, 2, 3])
            #expect(Set(entries(of: path)) == Set(BlobLayout.prefixes))
            #expect(BlobLayout.prefixes.count == 256)
            #expect(BlobLayout.prefixes.first == "00")
            #expect(BlobLayout.prefixes.last == "ff")
        }
    }

    /// Before the first of them is there: where a directory lies is decided when it is made.
    @Test func hasItsDirectoriesLaidApart() async throws {
        try await withDirectory { path in
            let deeds = Mutex<[String]>([]), root = path + "/blobs"
            var fileSystem = FileSystem.system
            fileSystem.spreadSubdirectories = { spread in
                FileSystem.system.spreadSubdirectories(spread)
                deeds.withLock { $0.append("spread " + spread) }
            }
            fileSystem.makeDirectory = { made throws(SystemError) in
                deeds.withLock { $0.append("make " + made) }
                return try FileSystem.system.makeDirectory(made)
            }
            try BlobLayout(root: root).create(fileSystem)
            let made = deeds.withLock { $0 }
            #expect(made.suffix(258).prefix(3) == ["make " + root, "spread " + root, "make " + root + "/00"])
            // Only ext4 and the like know of it.
            let words = "case $(stat -f -c %T blobs) in ext*) lsattr -d blobs;; *) echo ----T;; esac"
            let attributes = try await Shell.run(words, environment: ["PATH": "/usr/bin:/bin"], in: path)
            #expect(attributes.status == 0 && attributes.output.prefix { $0 != " " }.contains("T"), "\(attributes.output)")
        }
    }

    @Test func isForTheOwnerOnly() async throws {
        try await withDirectory { path in
            let root = path + "/data/blobs"
            try await withArchive(in: root, { $0.preparedFiles = 0 }) { archive in
                let stored = try await ArchiveContract.store([1], in: archive)
                #expect(mode(BlobLayout(root: root).path(stored.id)) == 0o600)
                for directory in [path + "/data", root, root + "/00", root + "/ff"] { #expect(mode(directory) == 0o700) }
            }
        }
    }

    @Test func thatCannotBeMadeIsAFailure() async throws {
        try await withDirectory { path in
            let file = path + "/file"
            close(open(file, O_WRONLY | O_CREAT, 0o600))
            await #expect(throws: ArchiveError.failed("create directory \(file)/blobs: Not a directory")) {
                try await withArchive(in: file + "/blobs") { _ in }
            }
        }
    }

    /// Names from outside never become paths (promise 5): what is no blob name makes no `BlobID`.
    @Test(arguments: [
        "", "..", "../../../etc/passwd", "/etc/passwd", "ab/" + String(repeating: "a", count: 29), String(repeating: "a", count: 31),
        String(repeating: "a", count: 33), String(repeating: "A", count: 32), String(repeating: "g", count: 32),
        String(repeating: "a", count: 31) + "\0", String(repeating: "a", count: 31) + "\n", String(repeating: "a", count: 30) + "é",
        String(repeating: "a", count: 28) + ".new", String(repeating: "٣", count: 16),
    ])
    func takesNoHostileName(_ name: String) {
        #expect(BlobID(name) == nil)
    }

    @Test func randomNamesAreHexOrNothing() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 30...34, using: &random)).map { _ in UInt8.random(in: 0...127, using: &random) }
            let name = String(decoding: bytes, as: UTF8.self)
            let isHex = bytes.count == 32 && bytes.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            #expect((BlobID(name) != nil) == isHex)
        }
    }

    private func mode(_ path: String) -> mode_t {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
    }
}
