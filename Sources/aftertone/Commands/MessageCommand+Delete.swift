import ArgumentParser
import Server
import Voicemail

extension MessageCommand {
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes messages: those that are named, or many of a mailbox.",
            discussion: """
                With --mailbox it deletes all of its messages, or those that the other options choose, and asks before it takes more than one. \
                `message restore` brings them back, for as many days as retention.trash_days says.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent
        @OptionGroup var period: PeriodOptions
        @Option(help: "Of this account: id, name or realm.") var account: String?
        @Option(help: "All of this mailbox: number or id.") var mailbox: String?
        @Option(help: "Only those in this folder: new, saved or deleted.") var folder: Folder?
        @Argument(help: "Their ids.") var message: [String] = []

        func validate() throws {
            guard (mailbox != nil) == message.isEmpty else { throw ValidationError("Give the ids of messages, or --account and --mailbox") }
            guard (mailbox == nil) == (account == nil) else { throw ValidationError("--account and --mailbox go together") }
            if mailbox == nil, folder != nil || period.since != nil || period.until != nil {
                throw ValidationError("--folder, --since and --until are for --mailbox")
            }
        }

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                guard let account, let mailbox else { return try await deleteNamed(installation.service, lookup) }
                let owner = try await lookup.account(account)
                try await deleteAll(of: try await lookup.mailbox(mailbox, of: owner), owner, installation.service)
            }
        }

        private func deleteNamed(_ service: VoicemailService, _ lookup: Lookup) async throws {
            let named = try await NamedMessages(message, lookup, find: lookup.message)
            let count = named.parts.reduce(0) { $0 + $1.ids.count }
            if count > 1 { try consent.require("deletes \(count.counted("message"))") }
            let outcome = try await named.change { try await service.messages.remove($0.ids, of: $0.mailboxID, account: $0.account) }
            try await common.output.list(["id"], outcome.succeeded.map { ["id": .string($0.id)] })
            try outcome.requireAll()
        }

        private func deleteAll(of mailbox: Mailbox, _ account: Account, _ service: VoicemailService) async throws {
            let query = MessageQuery(
                scope: .mailbox(mailbox.id), from: period.since?.timestamp, to: period.until?.timestamp, folder: folder)
            let count = try await service.messages.count(query)
            if count > 1 { try consent.require("deletes \(count.counted("message")) of the mailbox \(mailbox.number) (\(mailbox.name))") }
            let done = try await service.messages.removeAll(of: mailbox.id, in: folder, from: query.from, to: query.to, account: account)
            try await common.output.list(["id"], done.succeeded.map { ["id": .string($0)] })
            try NamedMessages.Outcome(failed: done.failed).requireAll()
        }
    }
}
