import ArgumentParser
import Server
import Voicemail

extension MailboxCommand {
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings a deleted mailbox back, with its greetings and the messages that went with it.",
            discussion: """
                `mailbox list --trash` shows what can be brought back, for as many days as retention.trash_days says. Which messages were new is not known \
                any more. Nobody is told of them as of new messages.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Another number, where somebody has its own by now.") var number: String?
        @Option(help: "Where its messages are filed: new or saved.") var folder = Folder.saved
        @Argument(help: "Its number, or its id.") var mailbox: String

        func validate() throws {
            if let number { try MailboxCommand.judge(number) }
            if folder == .deleted { throw ValidationError("--folder must be new or saved") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                let id = try await lookup.removedMailbox(mailbox, of: account).id
                let (restored, messages) = try await service.mailboxes.restore(id, number: number, to: folder, in: account)
                var object = restored.asMailbox()
                object["messages"] = .int(messages)
                common.output.show(object, ["id", "number", "name", "messages"])
            }
        }
    }

    /// The mailboxes in the trash, in pages.
    static func listTrash(_ account: Account, _ options: ListOptions, _ service: VoicemailService, _ output: Output) async throws {
        var passed: RemovedMailbox?
        if let after = options.after {
            do { passed = try await service.mailboxes.findRemoved(after, of: account) } catch VoicemailError.notFound {
                throw Refusal("there is no mailbox \(after) in the trash")
            }
        }
        try await output.list(["id", "number", "name", "deleted"], limit: options.limit) {
            let page = try await service.mailboxes.trash(of: account, after: passed, limit: options.first)
            passed = page.last ?? passed
            return page.map { removed in
                var object = removed.mailbox.asMailbox()
                object["deleted"] = .string(removed.removed.iso8601)
                return object
            }
        }
    }
}

extension Lookup {
    /// A deleted mailbox by its id or its number.
    /// - Throws: `Refusal` also where several had the number.
    func removedMailbox(_ reference: String, of account: Account) async throws -> Mailbox {
        if let removed = try? await service.mailboxes.findRemoved(reference, of: account) { return removed.mailbox }
        var found: [Mailbox] = []
        var passed: RemovedMailbox?
        repeat {
            let page = try await service.mailboxes.trash(of: account, after: passed, limit: ListOptions.page)
            found += page.map(\.mailbox).filter { MailboxNumber.comparable($0.number) == MailboxNumber.comparable(reference) }
            passed = page.last
        } while passed != nil
        guard let first = found.first else { throw Refusal("there is no mailbox \(reference) in the trash") }
        guard found.count == 1 else {
            throw Refusal("\(found.count) deleted mailboxes had the number \(reference); name one by its id, as mailbox list --trash shows it")
        }
        return first
    }
}
