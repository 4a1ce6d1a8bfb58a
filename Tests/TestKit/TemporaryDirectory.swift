import Foundation
import Voicemail

/// A directory of a test's own.
public struct TemporaryDirectory: Sendable {
    public let path: String

    /// Runs `body` in a fresh directory and removes it with all it holds.
    public static func run<Value>(_ body: (TemporaryDirectory) async throws -> Value) async throws -> Value {
        let directory = TemporaryDirectory(path: FileManager.default.temporaryDirectory.path + "/aftertone-test-" + HexID.random())
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let result = await Result { () async throws -> Value in try await body(directory) }
        try FileManager.default.removeItem(atPath: directory.path)
        return try result.get()
    }

    /// Writes a file and tells its path.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    public func write(_ text: String, to name: String) throws -> String { try write(text.utf8, to: name) }
}
