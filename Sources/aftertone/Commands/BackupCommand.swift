import ArgumentParser
import Server
import Voicemail

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies everything to a new directory while the server runs.",
        discussion: """
            The copy holds the database, the audio, the server's secret and a manifest with checksums: keep it as you keep the original. On the \
            same file system audio takes no space again. Audio that is found damaged is told, and the status is 1 then; the backup is made nevertheless.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A directory that does not exist or is empty.", valueName: "dest")) var destination: String

    func run() async throws {
        try await common.open { installation in
            // A full disk is when a backup is wanted most.
            do { try await installation.service.audit.note(.backedUp, of: "", []) } catch StoreError.full {
                Terminal.complain("aftertone: no room to note the backup in the audit log")
            }
            let line = ProgressLine()
            let summary = try await Backup(of: installation, to: destination, progress: line.report).run()
            line.clear()
            if common.json {
                common.output.show([
                    "id": .string(destination), "blobs": .int(summary.blobs), "bytes": .int(summary.bytes),
                    "damages": .array(summary.damages.map { .object(Verification.Finding.audio($0).asFinding) }),
                ])
            } else {
                for damage in summary.damages { Terminal.print(Terminal.visible(damage.description)) }
                Terminal.print("backed up to \(Terminal.visible(destination)): \(summary.blobs.counted("piece")) of audio, \(summary.bytes.counted("byte"))")
            }
            if !summary.damages.isEmpty {
                throw Refusal("the backup is made, but \(summary.damages.count.counted("piece")) of audio \(summary.damages.count == 1 ? "is" : "are") damaged")
            }
        }
    }
}
