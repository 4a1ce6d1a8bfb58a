import Foundation

/// Runs lines as somebody does who pastes them into a shell, but stops at the first that fails.
enum Shell {
    struct Outcome: Sendable {
        let status: Int32
        /// Standard output and standard error.
        let output: String
    }

    static func run(_ lines: String, environment: [String: String], in directory: String) async throws -> Outcome {
        let script = directory + "/session.sh", log = directory + "/session.log"
        try lines.write(toFile: script, atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["bash", "-euo", "pipefail", script]
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: directory)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(status: status, output: try String(contentsOfFile: log, encoding: .utf8))
    }
}
