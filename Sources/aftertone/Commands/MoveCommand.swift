import ArgumentParser
import Foundation
import Logging
import Server
import Voicemail

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Moves the installation to the database and the archive of another configuration.",
        discussion: """
            Copies every row and every piece of audio with its id, compares what it has copied, and switches: from then on the old database takes no changes, \
            and the new one opens. Servers may go on meanwhile; nobody can change anything in the last seconds. Afterwards stop the old servers, and start new \
            ones with the other configuration. A move that was cut off is run again, and copies what is left. The same command with the two configurations \
            changed round moves back.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The configuration file to move to. Without `data` in it, the data directory stays.", valueName: "config")) var to: String

    @Option(
        help: ArgumentHelp(
            "Nobody can change anything while the last of it is compared, for so long at a time (1 to \(longestHold)). If it takes longer, all go on, and it is tried again, three times in all.",
            valueName: "seconds")) var holdSeconds = 120

    /// A day.
    private static let longestHold = 86_400

    func validate() throws {
        guard (1...Self.longestHold).contains(holdSeconds) else { throw ValidationError("--hold-seconds must be 1 to \(Self.longestHold)") }
    }

    func run() async throws {
        let old = try common.loadConfiguration()
        let new = try target(keeping: old.data)
        let line = ProgressLine()
        let source = try await Installation.open(old, for: .moves, creating: false, logger: CommonOptions.logger(.error))
        let summary: Move.Summary
        do {
            let target = try await Installation.open(new, forMoveOf: source, logger: CommonOptions.logger(.error))
            do { summary = try await Move(source, to: target, holdLimit: .seconds(holdSeconds), progress: line.report).run() } catch {
                try await target.close()
                throw error
            }
            try await target.close()
        } catch {
            line.clear()
            try await source.close()
            throw error
        }
        try await source.close()
        line.clear()
        show(summary, old, new)
        if !summary.damages.isEmpty {
            let one = summary.damages.count == 1
            throw Refusal(
                "everything has moved, but \(summary.damages.count.counted("piece")) of audio \(one ? "was" : "were") damaged before, and \(one ? "is" : "are") still"
            )
        }
    }

    /// Settings of the environment belong to the configuration that is moved from. The secrets of buckets are asked for by both.
    private func target(keeping data: String) throws -> Configuration {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }
        var configuration = try Configuration.load(file: to, environment: environment)
        let origin = try Configuration.settings(file: to, environment: environment).first { $0.key == "data" }?.origin
        if origin == .standard { configuration.data = data }
        return configuration
    }

    private func show(_ summary: Move.Summary, _ old: Configuration, _ new: Configuration) {
        let rows = summary.rows.values.reduce(0, +)
        guard !common.json else {
            return common.output.show([
                "id": "move", "data": .string(new.data),
                "rows": .object(JSONObject(uniqueKeysWithValues: summary.rows.sorted { $0.key < $1.key }.map { ($0.key, JSON.int($0.value)) })),
                "blobs": .int(summary.blobs), "bytes": .int(summary.bytes), "read_only_seconds": .double(summary.readOnlySeconds),
                "holds_given_up": .int(summary.releases),
                "captures": .int(summary.captures), "damages": .array(summary.damages.map { .object(Verification.Finding.audio($0).asFinding) }),
            ])
        }
        for damage in summary.damages { Terminal.print(Terminal.visible(damage.description)) }
        let seconds = (summary.readOnlySeconds * 10).rounded() / 10
        Terminal.print(
            """
            moved: \(rows.counted("row")) compared, \(summary.blobs.counted("piece")) of audio copied, \(summary.bytes.counted("byte")); nobody could change anything \
            for \(seconds) seconds
            """)
        if summary.releases > 0 {
            Terminal.print(
                "\(summary.releases.counted("time")) it took longer than \(holdSeconds.counted("second")), and all who wanted to change something went on meanwhile"
            )
        }
        if summary.captures > 0 {
            Terminal.print(
                "the sound of \(summary.captures.counted("call")) is still in \(Terminal.visible(old.data))/captures: move it to \(Terminal.visible(new.data))/captures before a server starts there"
            )
        }
        Terminal.print("stop the servers that still run on the old configuration, and start them with \(Terminal.visible(to))")
    }
}
