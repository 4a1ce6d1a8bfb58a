import ArgumentParser
import Foundation
import Server
import Voicemail

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "config", abstract: "The configuration.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Checks the configuration file and the environment without starting anything.")

        @OptionGroup var common: CommonOptions

        func run() throws {
            let configuration = try common.loadConfiguration()
            let unknown = Configuration.unknownVariables(in: ProcessInfo.processInfo.environment)
            if common.json {
                return common.output.show([
                    "id": "config", "ok": true, "data": .string(configuration.data), "unknown_variables": JSON(unknown),
                ])
            }
            for name in unknown { Terminal.complain("aftertone: \(Terminal.visible(name)) in the environment is no setting and is ignored") }
            Terminal.print("the configuration is good")
        }
    }
}
