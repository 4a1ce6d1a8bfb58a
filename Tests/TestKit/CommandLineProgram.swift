import Foundation
import NIOConcurrencyHelpers
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
    ///   - launcher: a program that executes it, with what that takes before the program's path.
    public static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], in directory: String? = nil, launcher: [String] = []
    ) async throws -> Outcome {
        try await TemporaryDirectory.run { scratch in
            let inputFile = try FileHandle(forReadingFrom: URL(filePath: scratch.write(input, to: "input")))
            let output = try scratch.write("", to: "output"), errors = try scratch.write("", to: "errors")
            let outputFile = try FileHandle(forWritingTo: URL(filePath: output)), errorsFile = try FileHandle(forWritingTo: URL(filePath: errors))
            let process = try ChildProcess(
                launcher + [executable.path] + arguments, environment: clean(environment), directory: directory ?? scratch.path,
                input: inputFile.fileDescriptor, output: outputFile.fileDescriptor, errors: errorsFile.fileDescriptor)
            let status = await process.status()
            for file in [inputFile, outputFile, errorsFile] { try file.close() }
            return Outcome(
                status: status, output: try String(contentsOfFile: output, encoding: .utf8),
                errors: try String(contentsOfFile: errors, encoding: .utf8))
        }
    }

    /// Runs it beside `body`; it is ended when `body` is done, unless it has ended before.
    public static func running<Value: Sendable>(
        _ arguments: [String], environment: [String: String] = [:], launcher: [String] = [], _ body: (RunningProgram) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.run { scratch in
            let output = Pipe.closing()
            let errors = try scratch.write("", to: "errors")
            let errorsFile = try FileHandle(forWritingTo: URL(filePath: errors))
            let process = try ChildProcess(
                launcher + [executable.path] + arguments, environment: clean(environment), directory: scratch.path,
                output: output.fileHandleForWriting.fileDescriptor, errors: errorsFile.fileDescriptor)
            try errorsFile.close()
            try output.fileHandleForWriting.close()
            let program = RunningProgram(process, output: output, errors: errors)
            let result = await Result { () async throws -> Value in try await body(program) }
            program.send(SIGKILL)
            _ = await program.status()
            return try result.get()
        }
    }

    /// Runs it on a terminal, as a person does.
    /// - Parameter input: what is typed.
    public static func onTerminal(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> (status: Int32, shown: String) {
        let terminal = try PseudoTerminal()
        return try await TemporaryDirectory.run { scratch in
            let process = try ChildProcess(
                [executable.path] + arguments, environment: clean(environment), directory: scratch.path, input: terminal.line, output: terminal.line,
                errors: terminal.line)
            terminal.hangUp()
            terminal.type(input)
            let shown = try await terminal.shown()
            return (await process.status(), shown)
        }
    }

    /// Runs it on a terminal until it has said `prompt`, and ends it with a signal.
    /// - Returns: whether the terminal hid what is typed then, how the program ended, and whether the terminal shows it afterwards.
    public static func interrupted(
        _ arguments: [String], by signal: Int32, after prompt: String
    ) async throws -> (wasHidden: Bool, status: Int32, isShown: Bool) {
        let terminal = try PseudoTerminal()
        return try await TemporaryDirectory.run { scratch in
            let process = try ChildProcess(
                [executable.path] + arguments, environment: clean([:]), directory: scratch.path, input: terminal.line, output: terminal.line,
                errors: terminal.line)
            try await terminal.shown(upTo: prompt)
            let wasHidden = !terminal.showsTyping
            process.send(signal)
            let status = await process.status()
            return (wasHidden, status, terminal.showsTyping)
        }
    }

    /// Runs it from a shell on a terminal until it has said `prompt`, stops it and lets it go on in the background, where it finds nothing to
    /// read, and in front again, where it is given `input`.
    /// - Returns: whether the terminal hid what is typed at the prompt, and showed it in the background. It has been hidden
    ///   again before `input` was typed.
    public static func sentToTheBackground(
        _ arguments: [String], after prompt: String, input: String
    ) async throws -> (wasHidden: Bool, isShownBehind: Bool) {
        let terminal = try PseudoTerminal()
        return try await TemporaryDirectory.run { scratch in
            let shell = try ChildProcess(
                ["/usr/bin/setsid", "--ctty", "--wait", "bash", "--norc", "--noprofile", "--noediting", "-i"], environment: clean(["PS1": "$ "]),
                directory: scratch.path, input: terminal.line, output: terminal.line, errors: terminal.line)
            let command = ([executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
            terminal.type(command + "\n")
            try await terminal.shown(upTo: prompt)
            let wasHidden = !terminal.showsTyping
            terminal.type("\u{1A}")
            try await terminal.shown(upTo: "Stopped")
            // It reads there, and so is stopped again.
            terminal.type("bg; until jobs -s | grep -q Stopped; do sleep 0.05; done; echo o''ver\n")
            try await terminal.shown(upTo: "over")
            let isShownBehind = terminal.showsTyping
            terminal.type("fg\n")
            while terminal.showsTyping { try await Task.sleep(for: .milliseconds(5)) }
            terminal.type(input + "exit\n")
            _ = await shell.status()
            return (wasHidden, isShownBehind)
        }
    }

    private static func clean(_ environment: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }.merging(environment) { $1 }
    }
}

/// The program while it runs.
public final class RunningProgram: Sendable {
    private let process: ChildProcess
    private let lines: AsyncStream<String>
    private let errorsPath: String

    public var id: pid_t { process.id }

    fileprivate init(_ process: ChildProcess, output: Pipe, errors: String) {
        self.process = process
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
    public func send(_ signal: Int32) { process.send(signal) }

    /// Waits for its end.
    /// - Returns: the exit status; for one that a signal ended, the negative number of that.
    public func status() async -> Int32 { await process.status() }

    /// What it has said on standard error so far.
    public func errors() throws -> String { try String(contentsOfFile: errorsPath, encoding: .utf8) }

    /// Bytes that a line of `/proc/PID/status` tells: `VmRSS` is what it holds, `VmHWM` the most it has held.
    public func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }
}
