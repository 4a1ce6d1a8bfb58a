import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// What all commands have in common.
@Suite struct CommonOptionsTests {
    @Test(arguments: [
        (["account", "create", "A", "--timezone", "Mars/Olympus"], "--timezone <zone>", "a zone of this system's database, such as Europe/Dublin or UTC"),
        (["mailbox", "create", "--account", "A", "--number", "1", "--name", "B", "--timezone", ""], "--timezone <zone>", "a zone of this system's database"),
        (
            ["message", "add", "--account", "A", "--mailbox", "1", "--from", "2", "--at", "noon", "a.wav"], "--at <time>",
            "a time in RFC 3339 such as 2026-01-31T17:30:00Z"
        ),
        (["recording", "add", "--account", "A", "--at", "2016-05-10", "a.wav"], "--at <time>", "a time in RFC 3339"),
        (["serve", "--listen", "8080"], "--listen <address>", "HOST:PORT, http://HOST:PORT or https://HOST:PORT"),
        (["demo", "--listen", "::1:80"], "--listen <address>", "an IPv6 address in brackets"),
        (["key", "create", "--account", "A", "--kind", "p-series", "--from", "home"], "--from <address>", "an IP address or a network such as 10.0.0.0/8"),
    ])
    func aValueThatWillNotDoIsToldWhatWould(_ arguments: [String], _ option: String, _ expected: String) async throws {
        let outcome = try await CommandLineProgram.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("is invalid for '\(option)': it must be ") && outcome.errors.contains(expected), "\(outcome.errors)")
    }

    @Test func helpAndVersion() async throws {
        for arguments in [["--help"], ["help"], [], ["account", "--help"], ["serve", "--help"]] {
            let outcome = try await CommandLineProgram.run(arguments)
            #expect(outcome.status == 0, "\(arguments)")
            #expect(outcome.output.contains("USAGE: aftertone"))
            #expect(outcome.errors == "")
        }
        #expect(try await CommandLineProgram.run(["version"]).output == "aftertone \(Version.number)\n")
        #expect(try await CommandLineProgram.run(["--version"]).output == "aftertone \(Version.number)\n")
        #expect(try await CommandLineProgram.run(["version", "--json"]).json["version"] == .string(Version.number))
    }

    @Test func whatIsNoCommandIsWrongUsage() async throws {
        for arguments in [["frobnicate"], ["--frobnicate"], ["version", "extra"], ["config"].dropLast() + ["config", "frobnicate"]] {
            let outcome = try await CommandLineProgram.run(arguments)
            #expect(outcome.status == 2, "\(arguments)")
            #expect(outcome.output == "")
        }
    }

    @Test func theDataDirectoryComesFromOptionVariableOrHere() async throws {
        try await TemporaryDirectory.run { scratch in
            func create(_ name: String, _ arguments: [String], _ environment: [String: String]) async throws {
                let outcome = try await CommandLineProgram.run(["account", "create", name] + arguments, environment: environment, in: scratch.path)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            try await create("Here", [], ["AFTERTONE_CONFIG": ""])
            try await create("Variable", [], ["AFTERTONE_DATA": scratch.path + "/variable"])
            try await create("Option", ["--data", "option"], ["AFTERTONE_DATA": scratch.path + "/variable"])
            let file = try scratch.write("data: \(scratch.path)/file\n", to: "a.yaml")
            try await create("File", ["--config", file], [:])
            try await create("FileByVariable", [], ["AFTERTONE_CONFIG": file])
            try await create("OptionOverFile", ["--config", file, "--data", "option"], [:])
            func names(_ data: String) async throws -> [String] {
                try await CommandLineProgram.run(["account", "list", "--json", "--data", scratch.path + "/" + data]).json.array?.map { $0.text("name") } ?? []
            }
            #expect(try await names("aftertone-data") == ["Here"])
            #expect(try await names("variable") == ["Variable"])
            #expect(try await names("option") == ["Option", "OptionOverFile"])
            #expect(try await names("file") == ["File", "FileByVariable"])
        }
    }

    @Test func aRelativeDirectoryOfOneLetter() async throws {
        try await TemporaryDirectory.run { scratch in
            for data in ["d", "./e", "f/g", "h/../i", "j/"] {
                for command in [["account", "create", "Acme"], ["account", "show", "Acme"], ["verify"], ["backup", "b"], ["restore", "b"]] {
                    // A backup goes back to a directory beside the one it was made of.
                    let target = command[0] == "restore" ? "k" : data
                    let outcome = try await CommandLineProgram.run(command + ["--data", target], in: scratch.path)
                    #expect(outcome.status == 0, "\(data) \(command): \(outcome.errors)")
                }
                #expect(FileManager.default.fileExists(atPath: scratch.path + "/" + data + "/format"))
                for name in ["b", "k"] { try FileManager.default.removeItem(atPath: scratch.path + "/" + name) }
            }
            let missing = try await CommandLineProgram.run(["account", "list", "--data", "m"], in: scratch.path)
            #expect(missing.refusal == "there is no Aftertone data in \(scratch.path)/m")
        }
    }

    @Test func onlyWhatStoresMakesADataDirectory() async throws {
        try await Tool.run { tool, _ in
            let commands = [
                ["account", "delete", "x"], ["mailbox", "create", "--account", "x", "--number", "1", "--name", "y"],
                ["message", "add", "--account", "x", "--mailbox", "1", "--from", "2", "/dev/null"], ["message", "list", "--account", "x"],
                ["recording", "add", "--account", "x", "--from", "1", "--to", "2", "/dev/null"], ["recording", "list", "--account", "x"],
                ["key", "create", "--account", "x", "--kind", "kazoo"], ["outbox", "list"], ["login", "list"], ["login", "unlock", "--all"],
                ["account", "list"], ["account", "show", "x"], ["user", "create", "--account", "x", "--username", "y"],
                ["mailbox", "list", "--account", "x"], ["key", "list", "--account", "x"], ["token", "create", "--account", "x"],
                ["verify"], ["backup", tool.data + "-backup"],
            ]
            for command in commands {
                let outcome = try await CommandLineProgram.run(command + ["--data", tool.data], input: "secret\n")
                #expect(outcome.status == 1, "\(command)")
                #expect(outcome.refusal == "there is no Aftertone data in \(tool.data)", "\(command)")
            }
            #expect(!FileManager.default.fileExists(atPath: tool.data))
        }
    }

    @Test func aDirectoryOfSomethingElseIsLeftAlone() async throws {
        try await TemporaryDirectory.run { scratch in
            _ = try scratch.write("dear diary", to: "diary.txt")
            let outcome = try await CommandLineProgram.run(["account", "create", "Acme", "--data", scratch.path])
            #expect(outcome.status == 1)
            #expect(outcome.refusal == "\(scratch.path) is no Aftertone data directory, and not empty: it holds diary.txt")
        }
    }

    @Test func filesAreForTheOwnerOnly() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            for name in ["", "/aftertone.sqlite", "/secret.key", "/blobs"] {
                let mode = try FileManager.default.attributesOfItem(atPath: tool.data + name)[.posixPermissions] as? NSNumber
                #expect((mode?.intValue ?? 0o777) & 0o077 == 0, "\(name)")
            }
        }
    }

    @Test func theConfigurationIsChecked() async throws {
        try await TemporaryDirectory.run { scratch in
            let good = try scratch.write("log: {level: debug}\nhttp: {listen: [\"127.0.0.1:0\"]}\ndata: d\n", to: "good.yaml")
            let fine = try await CommandLineProgram.run(["config", "check", "--config", good])
            #expect(fine.status == 0)
            #expect(fine.output == "there is no Aftertone data in \(scratch.path)/d yet; `aftertone serve` makes it\nthe configuration is good\n")
            let bad = try scratch.write("log:\n  level: loud\nlogins:\n  lock_second: 4\n", to: "bad.yaml")
            let refused = try await CommandLineProgram.run(["config", "check", "--config", bad])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("aftertone: \(bad):2: log.level is \"loud\""))
            #expect(refused.errors.contains("aftertone: \(bad):4: unknown key logins.lock_second; did you mean logins.lock_seconds?\n"))
            let variables = ["AFTERTONE_STRANGE": "1", "AFTERTONE_HTTP_LISTEN": "127.0.0.1:0"]
            let strange = try await CommandLineProgram.run(["config", "check"], environment: variables)
            #expect(strange.status == 0)
            #expect(strange.refusal == "AFTERTONE_STRANGE in the environment is no setting and is ignored")
            let json = try await CommandLineProgram.run(["config", "check", "--json"], environment: variables)
            #expect(json.json["unknown_variables"] == ["AFTERTONE_STRANGE"])
            #expect(
                try await CommandLineProgram.run(["config", "check", "--config", "/nowhere"]).refusal == "/nowhere cannot be read: No such file or directory")
        }
    }

    @Test func nothingIsDoneUnderABadConfiguration() async throws {
        try await Tool.run { tool, _ in
            let outcome = try await CommandLineProgram.run(
                ["account", "create", "Acme", "--data", tool.data], environment: ["AFTERTONE_LIMITS_PIN_LENGTH": "many"])
            #expect(outcome.status == 1)
            #expect(!FileManager.default.fileExists(atPath: tool.data))
        }
    }
}
