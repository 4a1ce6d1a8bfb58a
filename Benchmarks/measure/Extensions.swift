import ArgumentParser
import SQLiteStore
import Server
import Voicemail

/// Makes many extensions, for S1 and S2.
struct Extensions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes mailboxes with messages in them. They share one piece of audio, as copies do.")

    @OptionGroup var filling: Filling
    @Option(help: "The first number.") var first: Int
    @Option(help: "How many.") var count: Int
    @Option(help: "Messages in each.") var messages: Int

    func run() async throws {
        try await filling.run { installation, owner in
            var like: Message?
            for number in first..<first + count {
                let box = try await installation.service.mailboxes.create(
                    ["mailbox": .string("\(number)"), "name": .string("Extension \(number)")], id: nil, in: owner)
                guard messages > 0 else { continue }
                let model: Message
                if let like { model = like } else { model = try await filling.deposit(installation.service, mailboxID: box.id, in: owner) }
                like = model
                let numbers = (model.mailboxID == box.id ? 1 : 0)..<messages
                try await installation.store.write { writer in
                    for number in numbers { _ = try writer.insert(Filling.message(number, in: box.id, like: model)) }
                }
            }
        }
    }
}
