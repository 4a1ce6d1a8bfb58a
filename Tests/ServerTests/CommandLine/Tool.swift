import Foundation
import TestKit
import Testing
import Voicemail

/// The program on one data directory.
struct Tool: Sendable {
    let data: String

    /// Runs `body` with the program on a directory that does not exist yet.
    static func run<Value: Sendable>(_ body: @Sendable (Tool, TemporaryDirectory) async throws -> Value) async throws -> Value {
        try await TemporaryDirectory.run { scratch in try await body(Tool(data: scratch.path + "/data"), scratch) }
    }

    func callAsFunction(_ arguments: String..., input: String = "") async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(arguments + ["--data", data], input: input)
    }

    /// What a command that must succeed prints with `--json`.
    func json(_ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation) async throws -> JSON {
        let outcome = try await CommandLineProgram.run(arguments + ["--data", data, "--json"], input: input)
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
        #expect(outcome.errors == "", sourceLocation: location)
        return outcome.json
    }

    /// The one line with which a command is refused.
    func refusal(_ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation) async throws -> String? {
        let outcome = try await CommandLineProgram.run(arguments + ["--data", data, "--json"], input: input)
        #expect(outcome.status == 1, sourceLocation: location)
        #expect(outcome.output == "", sourceLocation: location)
        #expect(outcome.refusal != nil, "\(outcome.errors)", sourceLocation: location)
        return outcome.refusal
    }

    /// A command that is not understood says so and does nothing.
    func expectUsageError(_ arguments: String..., at location: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await CommandLineProgram.run(arguments + ["--data", data])
        #expect(outcome.status == 2, "\(arguments)", sourceLocation: location)
        #expect(outcome.output == "", sourceLocation: location)
        #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.errors)", sourceLocation: location)
    }
}

extension Tool {
    /// Makes the account Acme with mailbox 3000.
    func makeMailbox() async throws {
        _ = try await json("account", "create", "Acme", "--realm", "acme.example")
        _ = try await json("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One")
    }

    /// Files of audio in the data directory.
    var blobCount: Int {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: data + "/blobs").filter { $0.count == 35 }.count }
    }
}

extension JSON {
    /// The member's text; empty where there is none.
    func text(_ key: String) -> String { self[key]?.string ?? "" }
}
