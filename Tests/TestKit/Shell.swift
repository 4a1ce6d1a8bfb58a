import Foundation

/// Runs lines as somebody does who pastes them into a shell, but stops at the first that fails.
public enum Shell {
    public struct Outcome: Sendable {
        public let status: Int32
        /// Standard output and standard error.
        public let output: String
    }

    public static func run(_ lines: String, environment: [String: String], in directory: String) async throws -> Outcome {
        let script = directory + "/session.sh", log = directory + "/session.log"
        try lines.write(toFile: script, atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        let process = try ChildProcess(
            ["bash", "-euo", "pipefail", script], environment: environment, directory: directory, output: output.fileDescriptor,
            errors: output.fileDescriptor)
        let status = await process.status()
        try output.close()
        return Outcome(status: status, output: try String(contentsOfFile: log, encoding: .utf8))
    }
}
