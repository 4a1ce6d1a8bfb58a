import ArgumentParser
import Server
import Voicemail

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Says which version this is.")

    @OptionGroup var common: CommonOptions

    func run() {
        guard common.json else { return Terminal.print("aftertone \(Version.number)") }
        common.output.show(["id": .string("aftertone"), "version": .string(Version.number)])
    }
}
