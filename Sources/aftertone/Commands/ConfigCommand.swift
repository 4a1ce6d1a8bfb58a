import ArgumentParser
import Foundation
import Server
import Voicemail

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "config", abstract: "The configuration.", subcommands: [Check.self])

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
}
