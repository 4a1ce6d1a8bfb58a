import ArgumentParser
import SQLiteStore
import Server
import Voicemail

/// Leaves new messages in many mailboxes, each with the event of its deposit, without a sync for each: what is told of them then, N1 to N4 measure.
struct FillEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts new messages that are to be told of into mailboxes, one after the other. They share one piece of audio, as copies do.")

    @OptionGroup var filling: Filling
    @Option(help: "The first number of the mailboxes, which are made where there are none.") var first: Int
    @Option(help: "How many mailboxes.") var boxes: Int
    @Option(help: "How many messages.") var count: Int
    @Flag(help: "Each mailbox has somebody who gets mail.") var mailed = false

    func run() async throws {
        try await filling.run { installation, owner in
            var ids: [String] = []
            for number in first..<first + boxes { ids.append(try await mailbox("\(number)", installation.service, owner)) }
            let like = try await filling.deposit(installation.service, mailboxID: ids[0], in: owner)
            for numbers in Filling.batches(from: 0, to: count) {
                try await installation.store.write { [ids] writer in
                    for number in numbers { try Self.leave(number, in: ids[number % ids.count], like: like, writer) }
                }
            }
        }
    }

    private func mailbox(_ number: String, _ service: VoicemailService, _ owner: Account) async throws -> String {
        if let known = try await service.mailboxes.find(number: number, of: owner) { return known.id }
        var request: JSONObject = ["mailbox": .string(number), "name": .string("Box \(number)")]
        if mailed { request["notify_email_addresses"] = JSON(["box\(number)@example.com"]) }
        return try await service.mailboxes.create(request, id: nil, in: owner).id
    }

    private static func leave(_ number: Int, in mailboxID: String, like: Message, _ writer: any StoreWriter) throws {
        var message = Filling.message(number, in: mailboxID, like: like)
        message.folder = .new
        let stored = try writer.insert(message)
        try writer.append(
            Event(
                kind: .messageStored, accountID: stored.accountID, subjectID: stored.id, payload: ["mailbox_id": .string(mailboxID), "announced": true],
                created: like.modified))
    }
}
