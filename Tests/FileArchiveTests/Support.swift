import CFileIO
import Glibc
import Logging
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import FileArchive

/// A new directory under the system's temporary one, gone when `body` is done.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "/tmp/aftertone-archive-" + HexID.random()
    #expect(mkdir(path, 0o700) == 0)
    defer { removeTree(path) }
    return try await body(path)
}

/// An archive in a directory of its own.
func withArchive<Value>(
    _ change: (inout FileArchive.Configuration) -> Void = { _ in }, system: FileSystem = .system,
    _ body: (FileArchive, String) async throws -> Value
) async throws -> Value {
    try await withDirectory { path in try await withArchive(in: path, change, system: system) { try await body($0, path) } }
}

/// An archive in `directory`, as after a restart.
func withArchive<Value>(
    in directory: String, _ change: (inout FileArchive.Configuration) -> Void = { _ in }, system: FileSystem = .system,
    _ body: (FileArchive) async throws -> Value
) async throws -> Value {
    var configuration = FileArchive.Configuration(directory: directory)
    configuration.reserveBytes = 0
    configuration.writeThreads = 4
    configuration.readThreads = 2
    configuration.preparedFiles = 8
    change(&configuration)
    let archive = try await FileArchive(configuration, logger: Logger(label: "test"), fileSystem: system)
    do {
        let value = try await body(archive)
        await archive.close()
        return value
    } catch {
        await archive.close()
        throw error
    }
}

/// The names of all regular files in a directory's 256.
func blobFiles(in root: String) -> [String] {
    BlobLayout.prefixes.flatMap { prefix -> [String] in entries(of: root + "/" + prefix) }
}

/// The names in a directory, but `.` and `..`.
func entries(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let pointer = cfileio_next_name(stream) {
        let name = String(cString: pointer)
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

private func removeTree(_ path: String) {
    for name in entries(of: path) where unlink(path + "/" + name) != 0 { removeTree(path + "/" + name) }
    rmdir(path)
}
