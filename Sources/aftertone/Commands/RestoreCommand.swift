import ArgumentParser
import Server
import Voicemail

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Makes the data directory from a backup.",
        discussion: "The data directory must not exist or be empty. A backup that is not exactly as its manifest says is refused, and nothing is left behind.")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A directory that `aftertone backup` has made.", valueName: "src")) var source: String

    func run() async throws {
        let directory = try common.loadConfiguration().data
        let line = ProgressLine()
        let summary: Restore.Summary
        do { summary = try await Restore(from: source, to: directory, progress: line.report).run() } catch {
            line.clear()
            throw error
        }
        line.clear()
        guard !common.json else {
            return common.output.show(["id": .string(directory), "blobs": .int(summary.blobs), "bytes": .int(summary.bytes)])
        }
        Terminal.print("restored to \(Terminal.visible(directory)): \(summary.blobs.counted("piece")) of audio, \(summary.bytes.counted("byte"))")
    }
}
