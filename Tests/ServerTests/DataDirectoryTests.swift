import Foundation
import TestKit
import Testing
import Voicemail

@testable import Server

/// A data directory is whole or not there, and belongs to one server.
@Suite struct DataDirectoryTests {
    private func permissions(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func isMadeForTheOwnerOnly() async throws {
        try await TemporaryDirectory.run { scratch in
            let path = scratch.path + "/deep/er/data"
            let directory = try DataDirectory.open(path, creating: true)
            let key = try directory.readSecretKey()
            #expect(key.bytes.count == 32)
            #expect(Set(key.bytes).count > 8)
            #expect(try permissions(path) == 0o700)
            #expect(try permissions(path + "/secret.key") == 0o600)
            #expect(try String(contentsOfFile: path + "/format", encoding: .utf8) == "aftertone data 1\n")
            #expect(try DataDirectory.open(path, creating: true).readSecretKey() == key)
            #expect(try DataDirectory.open(path, creating: false) == directory)
        }
    }

    @Test func isNotMadeWhenNobodySaysSo() async throws {
        try await TemporaryDirectory.run { scratch in
            for path in [scratch.path, scratch.path + "/none"] {
                #expect(throws: DataDirectoryError.missing(path: path)) { try DataDirectory.open(path, creating: false) }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
            #expect(left == [])
        }
    }

    @Test func settlesOnAFileSystemOfItsOwn() async throws {
        try await TemporaryDirectory.run { scratch in
            try FileManager.default.createDirectory(atPath: scratch.path + "/lost+found", withIntermediateDirectories: false)
            _ = try DataDirectory.open(scratch.path, creating: true)
        }
    }

    @Test func doesNotSettleAmongOtherThings() async throws {
        try await TemporaryDirectory.run { scratch in
            _ = try scratch.write("dear diary", to: "diary.txt")
            #expect(throws: DataDirectoryError.foreign(path: scratch.path, name: "diary.txt")) { try DataDirectory.open(scratch.path, creating: true) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["diary.txt"])
        }
    }

    /// What a crash at any point of making it leaves.
    @Test(arguments: [[], ["lock"], ["lock", "secret.key.partial"], ["lock", "secret.key"], ["lock", "secret.key", "format.partial"]])
    func isFinishedAfterACrash(_ left: [String]) async throws {
        try await TemporaryDirectory.run { scratch in
            for name in left { _ = try scratch.write([UInt8](repeating: 7, count: name == "secret.key" ? 32 : 0), to: name) }
            let key = try DataDirectory.open(scratch.path, creating: true).readSecretKey()
            #expect(key.bytes.count == 32)
            #expect((key.bytes == [UInt8](repeating: 7, count: 32)) == left.contains("secret.key"))
        }
    }

    @Test func aNewerFormatIsLeftAlone() async throws {
        try await TemporaryDirectory.run { scratch in
            _ = try DataDirectory.open(scratch.path, creating: true)
            _ = try scratch.write("aftertone data 2\n", to: "format")
            #expect(throws: DataDirectoryError.newer(path: scratch.path, version: 2)) { try DataDirectory.open(scratch.path, creating: true) }
            for text in ["", "aftertone data x\n", "something else"] {
                _ = try scratch.write(text, to: "format")
                #expect(throws: DataDirectoryError.damaged("\(scratch.path)/format does not say which format this is")) {
                    try DataDirectory.open(scratch.path, creating: true)
                }
            }
        }
    }

    @Test func aLostSecretIsNotReplaced() async throws {
        try await TemporaryDirectory.run { scratch in
            let directory = try DataDirectory.open(scratch.path, creating: true)
            for count in [0, 31, 33, 63, 65] {
                _ = try scratch.write([UInt8](repeating: 0, count: count), to: "secret.key")
                #expect(throws: DataDirectoryError.self) { try directory.readSecretKey() }
            }
            try FileManager.default.removeItem(atPath: scratch.path + "/secret.key")
            #expect(throws: DataDirectoryError.self) { try DataDirectory.open(scratch.path, creating: true).readSecretKey() }
            #expect(!FileManager.default.fileExists(atPath: scratch.path + "/secret.key"))
        }
    }

    @Test func manyWhoMakeItAtOnceAgree() async throws {
        try await TemporaryDirectory.run { scratch in
            let keys = try await withThrowingTaskGroup(of: [UInt8].self) { tasks in
                for _ in 0..<20 {
                    tasks.addTask { try await blocking { try DataDirectory.open(scratch.path + "/data", creating: true).readSecretKey().bytes } }
                }
                return try await tasks.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
        }
    }

    // MARK: Locks

    @Test func oneServerAtATime() async throws {
        try await TemporaryDirectory.run { scratch in
            let directory = try DataDirectory.open(scratch.path, creating: true)
            let first = try DirectoryLocks.take(directory, for: .server)
            #expect(throws: DataDirectoryError.inUse(path: scratch.path, process: "\(ProcessInfo.processInfo.processIdentifier)")) {
                try DirectoryLocks.take(directory, for: .server)
            }
            first.release()
            try DirectoryLocks.take(directory, for: .server).release()
        }
    }

    @Test func whoeverStoresAudioKeepsARestoreOut() async throws {
        try await TemporaryDirectory.run { scratch in
            let directory = try DataDirectory.open(scratch.path, creating: true)
            let command = try DirectoryLocks.take(directory, for: .storesAudio)
            let server = try DirectoryLocks.take(directory, for: .server)
            #expect(try FileLock.attempt(directory.storageLock, .exclusive) == nil)
            command.release()
            #expect(try FileLock.attempt(directory.storageLock, .exclusive) == nil)
            server.release()
            try #require(try FileLock.attempt(directory.storageLock, .exclusive)).release()
        }
    }
}
