import ArgumentParser
import Server
import Voicemail

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Legal holds: what must not be removed, whoever asks.", subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a hold on an account, a mailbox, a message or a recording.",
            discussion: """
                What is held is not removed: by no interface, by no command, by no retention, and not from the trash. Without --mailbox, --message or \
                --recording it is the whole account, without the accounts below it.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "This mailbox with its messages: number or id.") var mailbox: String?
        @Option(help: "This message, also a deleted one: its id.") var message: String?
        @Option(help: "This recording: its id, its name or the id of its call.") var recording: String?
        @Option(help: "Why.") var reason: String

        func validate() throws {
            if [mailbox, message, recording].compactMap(\.self).count > 1 { throw ValidationError("Give one of --mailbox, --message and --recording") }
            if reason.isEmpty { throw ValidationError("--reason is empty") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                let (subject, id) = try await subject(account, lookup)
                common.output.show(try await service.holds.place(on: subject, id, in: account, reason: reason).asHold)
            }
        }

        private func subject(_ account: Account, _ lookup: Lookup) async throws -> (LegalHold.Subject, String) {
            if let mailbox { return (.mailbox, try await lookup.mailboxOrRemoved(mailbox, of: account).id) }
            if let message {
                let id = String(message.suffix(32))
                if let removed = try await lookup.service.messages.findRemoved(id)?.message, [removed.id, removed.monthID].contains(message) {
                    return (.message, removed.id)
                }
                return (.message, try await lookup.message(message).id)
            }
            if let recording { return (.recording, try await lookup.recording(recording, of: account).id) }
            return (.account, account.id)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists holds, oldest first.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Only those of this account: id, name or realm.") var account: String?
        @Option(help: "Shows at most so many.") var limit: Int?

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                var owner: Account?
                if let account { owner = try await Lookup(service: service).account(account) }
                var last = 0
                try await common.output.list(["id", "subject", "subject_id", "created", "reason"], limit: limit) { [owner] in
                    let page = try await service.holds.list(of: owner, after: last, limit: ListOptions.page)
                    last = page.last?.serial ?? last
                    return page.map(\.asHold)
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lifts a hold.", discussion: "Other holds on the same thing stay. What retention would have removed goes with its next round.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id, as `hold list` shows it.") var hold: String

        func run() async throws {
            try await common.open { installation in
                do {
                    common.output.show(try await installation.service.holds.lift(hold).asHold)
                } catch VoicemailError.notFound {
                    throw Refusal("there is no hold \(Terminal.typed(hold))")
                }
            }
        }
    }
}

extension Lookup {
    /// A mailbox by number or id, or a deleted one where no other is meant.
    fileprivate func mailboxOrRemoved(_ reference: String, of account: Account) async throws -> Mailbox {
        do { return try await mailbox(reference, of: account) } catch let refusal as Refusal {
            guard let removed = try? await removedMailbox(reference, of: account) else { throw refusal }
            return removed
        }
    }
}

extension LegalHold {
    /// The fields that the command line prints.
    fileprivate var asHold: JSONObject {
        [
            "id": .string(id), "subject": .string(subject.rawValue), "subject_id": .string(subjectID), "account_id": .string(accountID),
            "mailbox_id": mailboxID.map { .string($0) } ?? .null, "reason": .string(reason), "created": .string(created.iso8601),
        ]
    }
}
