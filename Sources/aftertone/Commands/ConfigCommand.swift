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
                Tries what they name: the data directory, files, certificates, watched directories, and whether the addresses are free. \
                Ends with status 1 when a server could not start or would not work.
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let configuration = try common.loadConfiguration()
            let unknown = Configuration.unknownVariables(in: ProcessInfo.processInfo.environment)
            let report = try await ConfigurationCheck(configuration).run()
            if common.json {
                common.output.show([
                    "id": "config", "ok": .bool(report.problems.isEmpty), "data": .string(configuration.data), "unknown_variables": JSON(unknown),
                    "problems": JSON(report.problems), "notes": JSON(report.notes),
                ])
            } else {
                for name in unknown { Terminal.complain("aftertone: \(Terminal.visible(name)) in the environment is no setting and is ignored") }
                for note in report.notes { Terminal.print(Terminal.visible(note)) }
            }
            guard report.problems.isEmpty else { throw Refusal(report.problems.joined(separator: "; ")) }
            if !common.json { Terminal.print("the configuration is good") }
        }
    }
}
