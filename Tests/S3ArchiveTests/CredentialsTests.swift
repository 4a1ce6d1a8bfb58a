import Foundation
import Logging
import NIOPosix
import Synchronization
import TestKit
import Testing

@testable import S3Archive

struct CredentialsTests {
    /// Counts what is said.
    private final class Log: Sendable {
        private let lines = Mutex(0)
        var count: Int { lines.withLock { $0 } }
        func add() { lines.withLock { $0 += 1 } }
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event _: LogEvent) { log.add() }
    }

    private func write(_ key: String, _ path: String, age: Double) throws {
        try "aws_access_key_id=\(key)\naws_secret_access_key=S\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
    }

    /// Credentials of a file that are asked for at each look.
    private func run(patience: Duration, _ body: (Credentials, _ path: String, Log) async throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let path = directory.path + "/credentials", log = Log()
            let credentials = Credentials(
                .file(path), pool: .singleton, logger: Logger(label: "credentials") { _ in Handler(log: log) }, pause: .zero, patience: patience)
            try await body(credentials, path, log)
        }
    }

    @Test func whileTheirFileIsGoneOrHalfWrittenTheLastOnesAreUsed() async throws {
        try await run(patience: .seconds(3600)) { credentials, path, log in
            try write("A", path, age: 60)
            let first = S3Credentials(accessKey: "A", secretKey: "S")
            #expect(try await credentials.current() == first)
            try FileManager.default.removeItem(atPath: path)
            #expect(try await credentials.current() == first)
            try "aws_access_key_id=B\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await credentials.current() == first)
            // It is said once.
            #expect(log.count == 1)
            try write("B", path, age: 30)
            #expect(try await credentials.current() == S3Credentials(accessKey: "B", secretKey: "S"))
            try FileManager.default.removeItem(atPath: path)
            _ = try await credentials.current()
            #expect(log.count == 2)
        }
    }

    @Test func theyAreNotUsedForEver() async throws {
        try await run(patience: .zero) { credentials, path, log in
            try write("A", path, age: 60)
            _ = try await credentials.current()
            try FileManager.default.removeItem(atPath: path)
            await #expect(throws: S3Trouble.credentials("\(path) cannot be read: No such file or directory")) { _ = try await credentials.current() }
            #expect(log.count == 0)
        }
    }

    @Test func whatCannotBeReadIsNotSaidToBeEmpty() async throws {
        try await run(patience: .seconds(3600)) { credentials, path, _ in
            await #expect(throws: S3Trouble.credentials("\(path) cannot be read: No such file or directory")) { _ = try await credentials.current() }
            // A directory opens, and cannot be read.
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            do {
                _ = try await credentials.current()
                Issue.record("there are none")
            } catch S3Trouble.credentials(let reason) {
                #expect(reason.hasPrefix("\(path) cannot be read: "))
            }
            try FileManager.default.removeItem(atPath: path)
            try "nothing".write(toFile: path, atomically: true, encoding: .utf8)
            await #expect(throws: S3Trouble.credentials("\(path) has no aws_access_key_id and aws_secret_access_key")) { _ = try await credentials.current() }
        }
    }
}
