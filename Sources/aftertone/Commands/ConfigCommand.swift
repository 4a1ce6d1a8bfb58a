import ArgumentParser
import Foundation
import Server
import Voicemail

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "config", abstract: "The configuration.", subcommands: [Check.self, Show.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks the configuration file and the environment without starting anything.",
            discussion: """
                Tries what they name: the data directory, files, certificates, watched directories with their accounts, and whether the addresses \
                are free. Tells every problem on a line of its own and ends with status 1 when a server could not start or would not work.
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let read = try common.examineConfiguration()
            let unknown = Configuration.unknownVariables(in: ProcessInfo.processInfo.environment)
            let report = try await ConfigurationCheck(read).run()
            if common.json {
                common.output.show([
                    "id": "config", "ok": .bool(report.problems.isEmpty), "data": .string(read.configuration.data), "unknown_variables": JSON(unknown),
                    "problems": JSON(report.problems), "notes": JSON(report.notes),
                ])
            } else {
                for name in unknown { Terminal.complain("aftertone: \(Terminal.visible(name)) in the environment is no setting and is ignored") }
                for note in report.notes { Terminal.print(Terminal.visible(note)) }
            }
            for problem in report.problems { Terminal.complain("aftertone: " + Terminal.visible(problem)) }
            guard report.problems.isEmpty else { throw ExitCode(1) }
            if !common.json { Terminal.print("the configuration is good") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows every setting as it holds, and where it comes from.",
            discussion: "The command line wins over the environment, that over the file. Secrets are not shown.")

        @OptionGroup var common: CommonOptions
        @Flag(help: "Only what is not the standard.") var changed = false
        @Argument(help: "Only this setting, or those below it: http, log.level.") var key: String?

        func run() async throws {
            let shown = try common.settings().1.filter { setting in
                (!changed || setting.origin != .standard) && (key.map { setting.key == $0 || setting.key.hasPrefix($0 + ".") } ?? true)
            }
            if let key, shown.isEmpty, !changed { throw Refusal("there is no setting \(key)") }
            try await common.output.list(
                ["id", "value", "origin"],
                shown.map { setting in
                    ["id": .string(setting.key), "value": common.json ? setting.value : .string(setting.words), "origin": .string(setting.source)]
                })
        }
    }
}

extension ShownSetting {
    /// The value on one line.
    fileprivate var words: String { value.array.map { $0.compactMap(\.string).joined(separator: ", ") } ?? value.text ?? "" }

    fileprivate var source: String {
        switch origin {
        case .standard: "default"
        case .file(let line): line.map { "file, line \($0)" } ?? "file"
        case .environment(let variable): "environment, \(variable)"
        case .commandLine(let option): "command line, \(option)"
        }
    }
}
