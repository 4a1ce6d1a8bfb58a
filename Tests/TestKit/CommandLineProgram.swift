import Foundation
import NIOConcurrencyHelpers
import NIOPosix
import Voicemail

/// The built `aftertone` program, run as a process of its own.
public enum CommandLineProgram {
    /// How it ended and what it said.
    public struct Outcome: Sendable {
        public let status: Int32
        public let output: String
        public let errors: String

        /// Standard output as JSON; null when it is none.
        public var json: JSON { (try? JSON.parse(output)) ?? .null }

        /// The one line of a refusal; nil when standard error is anything else.
        public var refusal: String? {
            guard errors.hasSuffix("\n"), errors.filter({ $0 == "\n" }).count == 1, errors.hasPrefix("aftertone: ") else { return nil }
            return String(errors.dropLast().dropFirst("aftertone: ".count))
        }
    }

    /// The program beside the test bundle.
    public static var executable: URL {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        return (bundle ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent().appending(path: "aftertone")
    }

    /// Runs it to its end.
    /// - Parameters:
    ///   - input: standard input; empty otherwise.
    ///   - environment: variables over those of the test, which has none of ours.
    ///   - directory: where it runs; a directory of its own otherwise.
    public static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], in directory: String? = nil
    ) async throws -> Outcome {
        try await run(executable, arguments, input: input, environment, directory)
    }

    /// Runs a script in the shell that people paste into.
    public static func bash(_ script: String, in directory: String) async throws -> Outcome {
        try await run(URL(filePath: "/bin/bash"), ["-c", script], input: "", [:], directory)
    }

    private static func run(
        _ executable: URL, _ arguments: [String], input: String, _ environment: [String: String], _ directory: String?
    ) async throws -> Outcome {
        try await TemporaryDirectory.run { scratch in
            let process = process(executable, arguments, environment, directory ?? scratch.path)
            let output = scratch.path + "/output", errors = scratch.path + "/errors"
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: scratch.write(input, to: "input")))
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: scratch.write("", to: "output")))
            process.standardError = try FileHandle(forWritingTo: URL(filePath: scratch.write("", to: "errors")))
            let status = try await end(of: process) { try process.run() }
            return Outcome(
                status: status, output: try String(contentsOfFile: output, encoding: .utf8),
                errors: try String(contentsOfFile: errors, encoding: .utf8))
        }
    }

    /// Runs it beside `body`; it is ended when `body` is done, unless it has ended before.
    public static func running<Value: Sendable>(
        _ arguments: [String], environment: [String: String] = [:], _ body: (RunningProgram) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.run { scratch in
            let process = process(executable, arguments, environment, scratch.path)
            let output = Pipe()
            let errors = try scratch.write("", to: "errors")
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
            let program = try RunningProgram(process, output: output, errors: errors)
            let result = await Result { () async throws -> Value in try await body(program) }
            program.send(SIGKILL)
            _ = await program.status()
            return try result.get()
        }
    }

    private static func process(_ executable: URL, _ arguments: [String], _ environment: [String: String], _ directory: String) -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }.merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: directory)
        return process
    }

    private static func end(of process: Process, start: () throws -> Void) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try start() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}

/// The program while it runs.
public final class RunningProgram: Sendable {
    private let id: pid_t
    private let lines: AsyncStream<String>
    private let ending: AsyncStream<Int32>
    private let ended = NIOLockedValueBox<Int32?>(nil)
    private let errorsPath: String

    fileprivate init(_ process: Process, output: Pipe, errors: String) throws {
        errorsPath = errors
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        let pending = NIOLockedValueBox("")
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                return line.finish()
            }
            let whole = pending.withLockedValue { pending in
                pending += String(decoding: data, as: UTF8.self)
                var parts = pending.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                pending = parts.removeLast()
                return parts
            }
            for text in whole { line.yield(text) }
        }
        let (ending, end) = AsyncStream.makeStream(of: Int32.self)
        self.ending = ending
        process.terminationHandler = {
            end.yield($0.terminationStatus)
            end.finish()
        }
        try process.run()
        id = process.processIdentifier
    }

    /// The next lines of standard output up to the first that holds `text`; all that is left when none does.
    public func lines(upTo text: String) async -> [String] {
        var seen: [String] = []
        for await line in lines {
            seen.append(line)
            if line.contains(text) { break }
        }
        return seen
    }

    /// The port in the next line that says it is listening.
    public func port() async -> Int? {
        let line = await lines(upTo: "listening on ").last ?? ""
        return line.split(separator: ":").last.flatMap { Int($0) }
    }

    /// Sends a signal, unless it has ended.
    public func send(_ signal: Int32) {
        ended.withLockedValue { if $0 == nil { _ = kill(id, signal) } }
    }

    /// Waits for its end.
    /// - Returns: the exit status.
    public func status() async -> Int32 {
        if let known = ended.withLockedValue({ $0 }) { return known }
        var status: Int32 = -1
        for await value in ending { status = value }
        return ended.withLockedValue { ended in
            ended = ended ?? status
            return ended ?? status
        }
    }

    /// What it has said on standard error so far.
    public func errors() throws -> String { try String(contentsOfFile: errorsPath, encoding: .utf8) }
}
