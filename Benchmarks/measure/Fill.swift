import ArgumentParser
import SQLiteStore
import Server
import Voicemail

/// Fills a mailbox without a sync for every message, for R4 and R5.
struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts many messages into a mailbox. They share one piece of audio, as copies do.")

    @OptionGroup var filling: Filling
    @Option(help: "Id.") var mailbox: String
    @Option(help: "How many.") var count: Int

    func run() async throws {
        try await filling.run { installation, owner in
            let first = try await filling.deposit(installation.service, mailboxID: mailbox, in: owner)
            for numbers in Filling.batches(from: 1, to: count) {
                try await installation.store.write { writer in
                    for number in numbers { _ = try writer.insert(Filling.message(number, in: first.mailboxID, like: first)) }
                }
            }
        }
    }
}
