import Foundation
import NIOConcurrencyHelpers
import NIOPosix

/// The `aftertone` program serving in a process of its own, for tests that end it without warning.
public final class ServerProcess: Sendable {
    public struct DidNotStart: Error {
        public let output: String
    }

    public let port: Int
    /// Where calls are taken; 0 where none are.
    public let sipPort: Int
    private let process: ChildProcess
    public var id: pid_t { process.id }

    /// Held open, so that a later line does not end the server.
    private let output: NIOLockedValueBox<Pipe>

    private init(_ process: ChildProcess, port: Int, sipPort: Int, output: Pipe) {
        self.sipPort = sipPort
        self.output = NIOLockedValueBox(output)
        self.process = process
        self.port = port
    }

    /// Starts a server over `directory` on a free port and waits until it accepts requests.
    /// - Parameters:
    ///   - launcher: runs it, with its command after its own.
    ///   - takesCalls: whether it takes calls as well, on another.
    public static func start(in directory: String, launcher: [String] = [], takesCalls: Bool = false, environment: [String: String] = [:]) async throws
        -> ServerProcess
    {
        let output = Pipe.closing()
        let process = try ChildProcess(
            launcher + [CommandLineProgram.executable.path, "serve", "--data", directory, "--listen", "127.0.0.1:0"]
                + (takesCalls ? ["--sip", "127.0.0.1:0"] : []),
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        let descriptor = output.fileHandleForReading.fileDescriptor
        let text = try await NIOThreadPool.singleton.runIfActive { try readAnnouncement(descriptor, lines: takesCalls ? 2 : 1) }
        guard let match = text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/), let port = Int(match.1) else {
            process.send(SIGKILL)
            throw DidNotStart(output: text)
        }
        let sip = text.firstMatch(of: /listening on sip:127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
        return ServerProcess(process, port: port, sipPort: sip ?? 0, output: output)
    }

    /// Reads up to the lines that tell the ports, or to the end. Blocks.
    private static func readAnnouncement(_ descriptor: Int32, lines: Int) throws -> String {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        var text = ""
        while text.matches(of: /listening on .*\n/).count < lines {
            let more = handle.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Ends it as a power cut would: no signal handler runs.
    public func kill() {
        process.send(SIGKILL)
        _ = process.wait()
    }

    /// Asks it to stop and waits, without holding a thread: what it has under way may need the test's own servers, which need one.
    /// - Returns: its exit status.
    public func stop() async -> Int32 {
        process.send(SIGTERM)
        return await process.status()
    }
}
