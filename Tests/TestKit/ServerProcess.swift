import Foundation
import NIOConcurrencyHelpers
import NIOPosix

/// The `aftertone` program serving in a process of its own, for tests that end it without warning.
public final class ServerProcess: Sendable {
    public struct DidNotStart: Error {
        public let output: String
    }

    public let port: Int
    // Foundation's Process is not Sendable; it is only reached under this lock.
    private let process: NIOLockedValueBox<Process>

    /// Held open, so that a later line does not end the server.
    private let output: NIOLockedValueBox<Pipe>

    private init(_ process: Process, port: Int, output: Pipe) {
        self.output = NIOLockedValueBox(output)
        self.process = NIOLockedValueBox(process)
        self.port = port
    }

    /// Starts a server over `directory` on a free port and waits until it accepts requests.
    public static func start(in directory: String, environment: [String: String] = [:]) async throws -> ServerProcess {
        let process = Process()
        process.executableURL = CommandLineProgram.executable
        process.arguments = ["serve", "--data", directory, "--listen", "127.0.0.1:0"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let descriptor = output.fileHandleForReading.fileDescriptor
        let text = try await NIOThreadPool.singleton.runIfActive { try readAnnouncement(descriptor) }
        guard let match = text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/), let port = Int(match.1) else {
            process.waitUntilExit()
            throw DidNotStart(output: text)
        }
        return ServerProcess(process, port: port, output: output)
    }

    /// Reads up to the line that tells the port, or to the end. Blocks.
    private static func readAnnouncement(_ descriptor: Int32) throws -> String {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        var text = ""
        while text.firstMatch(of: /listening on .*\n/) == nil {
            let more = handle.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Ends it as a power cut would: no signal handler runs.
    public func kill() {
        process.withLockedValue { process in
            // The process has not been waited for, so its id is its own still.
            _ = signal(SIGKILL, to: process.processIdentifier)
            process.waitUntilExit()
        }
    }

    /// Asks it to stop and waits.
    /// - Returns: its exit status.
    public func stop() -> Int32 {
        process.withLockedValue { process in
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    private func signal(_ number: Int32, to id: pid_t) -> Int32 { Foundation.kill(id, number) }
}
