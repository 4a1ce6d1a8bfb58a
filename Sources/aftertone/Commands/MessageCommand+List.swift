import ArgumentParser
import Server
import Voicemail

extension MessageCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the messages of a mailbox, or of the whole account, newest first.",
            discussion: "With --trash, those that were deleted and can be brought back, the last deleted first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: ListOptions
        @OptionGroup var period: PeriodOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Number or id.") var mailbox: String?
        @Option(help: "Only those in this folder: new, saved or deleted.") var folder: Folder?
        @Option(help: ArgumentHelp("Only those of this caller.", valueName: "number")) var from: String?
        @Flag(help: "What can be brought back.") var trash = false

        func validate() throws {
            if trash, folder != nil { throw ValidationError("--folder is not for --trash") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                var scope = MessageQuery.Scope.account(account.id)
                if let mailbox { scope = .mailbox(try await lookup.mailbox(mailbox, of: account).id) }
                try await trash ? listTrash(scope, service, lookup) : list(scope, service, lookup)
            }
        }

        private func list(_ scope: MessageQuery.Scope, _ service: VoicemailService, _ lookup: Lookup) async throws {
            var query = MessageQuery(scope: scope, from: period.since?.timestamp, to: period.until?.timestamp, folder: folder)
            var passed: String?
            if let after = options.after {
                let message = try await lookup.message(after)
                query.start = message.position
                passed = message.id
            }
            var listing: MessageListing? = MessageListing(query: query, limit: options.first) { [passed, from] message in
                message.id != passed && from.map { message.callerNumber == $0 } ?? true
            }
            try await common.output.list(["id", "timestamp", "folder", "caller_id_number", "caller_id_name", "length_ms"], limit: options.limit) {
                guard let current = listing else { return [] }
                let page = try await service.messages.list(current)
                listing?.query.start = page.next
                listing?.limit = ListOptions.page
                if page.next == nil { listing = nil }
                return page.messages.map(\.asMessage)
            }
        }

        private func listTrash(_ scope: MessageQuery.Scope, _ service: VoicemailService, _ lookup: Lookup) async throws {
            var query: TrashQuery? = TrashQuery(scope: scope)
            var passed: String?
            if let after = options.after {
                guard let removed = try await service.messages.findRemoved(String(after.suffix(32))) else {
                    throw Refusal("there is no message \(after) in the trash")
                }
                query?.start = removed.position
                passed = removed.message.id
            }
            let keep: @Sendable (RemovedMessage) -> Bool = { [passed, from, since = period.since, until = period.until] removed in
                let message = removed.message
                return message.id != passed && from.map { message.callerNumber == $0 } ?? true && since.map { $0.timestamp <= message.timestamp } ?? true
                    && until.map { message.timestamp <= $0.timestamp } ?? true
            }
            try await common.output.list(["id", "timestamp", "deleted", "caller_id_number", "caller_id_name", "length_ms"], limit: options.limit) {
                guard let current = query else { return [] }
                let page = try await service.messages.trash(current, limit: ListOptions.page, keep: keep)
                query?.start = page.next
                if page.next == nil { query = nil }
                return page.messages.map { removed in
                    var object = removed.message.asMessage
                    object["deleted"] = .string(removed.removed.iso8601)
                    return object
                }
            }
        }
    }
}
