import ArgumentParser
import Server
import Voicemail

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Makes the data directory from a backup.",
        discussion: """
            The data directory must not exist or be empty. A backup that is not exactly as its manifest says is refused, and nothing is left behind. \
            What a restore left that was killed is cleared away. Audio that was damaged when the backup was made is told, and the status is 1 then; all else is restored.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A directory that `aftertone backup` has made.", valueName: "src")) var source: String

    func run() async throws {
        let configuration = try common.loadConfiguration()
        guard configuration.postgres == nil else {
            throw Refusal("a backup of a data directory is not restored into a PostgreSQL database: store.kind is postgres")
        }
        guard configuration.archive.s3 == nil else {
            throw Refusal("a backup of a data directory is not restored into a bucket: archive.kind is s3")
        }
        let directory = configuration.data
        let line = ProgressLine()
        let summary: Restore.Summary
        do { summary = try await Restore(from: source, to: directory, progress: line.report).run() } catch {
            line.clear()
            throw error
        }
        line.clear()
        if common.json {
            common.output.show([
                "id": .string(directory), "blobs": .int(summary.blobs), "bytes": .int(summary.bytes),
                "damages": .array(summary.damages.map { .object(Verification.Finding.audio($0).asFinding) }),
            ])
        } else {
            for damage in summary.damages { Terminal.print(Terminal.visible(damage.description)) }
            Terminal.print("restored to \(Terminal.visible(directory)): \(summary.blobs.counted("piece")) of audio, \(summary.bytes.counted("byte"))")
        }
        if !summary.damages.isEmpty {
            throw Refusal("everything in the backup is restored, but it was made with \(summary.damages.count.counted("piece")) of audio damaged")
        }
    }
}
