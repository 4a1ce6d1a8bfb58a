import ArgumentParser
import Server
import Voicemail

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log: what was removed, exported and changed in rights, by whom.",
        subcommands: [List.self, Export.self, Verify.self])

    /// Which entries are meant.
    struct Filters: ParsableArguments {
        @OptionGroup var period: PeriodOptions
        @Option(help: "Only of this account: id, name or realm; an id also of one that is gone.") var account: String?
        @Option(help: ArgumentHelp("Only this, such as message_removed.", valueName: "action")) var action: AuditEntry.Action?
        @Option(help: ArgumentHelp("Only what was done to this.", valueName: "id")) var subject: String?
        @Option(help: ArgumentHelp("Only what was done by this: an interface, or an id.", valueName: "actor")) var actor: String?

        func isMeant(_ entry: AuditEntry) -> Bool {
            (action ?? entry.action) == entry.action && (period.since?.timestamp ?? entry.created) <= entry.created
                && entry.created <= (period.until?.timestamp ?? entry.created) && subject.map(entry.subjects.contains) ?? true
                && actor.map { actor in entry.actor.split(separator: " ").contains { $0 == actor } } ?? true
        }
    }

    /// The id of an account, or of one that is gone: its log outlives it.
    private static func accountID(_ account: String?, _ service: VoicemailService) async throws -> String? {
        guard let account else { return nil }
        do { return try await Lookup(service: service).account(account).id } catch let refusal as Refusal {
            guard try await !service.audit.list(of: account, limit: 1).isEmpty else { throw refusal }
            return account
        }
    }

    /// Entries page by page; a page of which nothing is meant is not the end.
    struct EntryPages {
        let service: VoicemailService
        let filters: Filters
        let accountID: String?
        private var last = 0

        init(_ filters: Filters, _ service: VoicemailService) async throws {
            (self.filters, self.service) = (filters, service)
            accountID = try await AuditCommand.accountID(filters.account, service)
        }

        mutating func next() async throws -> [AuditEntry] {
            while true {
                let page = try await service.audit.list(of: accountID, after: last, limit: ListOptions.page)
                guard let end = page.last else { return [] }
                last = end.serial
                let meant = page.filter(filters.isMeant)
                if !meant.isEmpty { return meant }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists entries, oldest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var filters: Filters
        @Option(help: "Shows at most so many.") var limit: Int?

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        }

        func run() async throws {
            try await common.open { installation in
                var pages = try await EntryPages(filters, installation.service)
                try await common.output.list(["created", "action", "actor", "subject", "details"], limit: limit) { try await pages.next().map(\.asEntry) }
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes entries to standard output, oldest first: a JSON object a line, or CSV.")

        enum Form: String, CaseIterable, ExpressibleByArgument {
            case jsonl, csv
        }

        @OptionGroup var common: CommonOptions
        @OptionGroup var filters: Filters
        @Option(name: .customLong("as"), help: "The form.") var form = Form.jsonl

        private static let columns = ["id", "created", "account_id", "action", "actor", "subjects", "details", "texts", "batch"]

        func run() async throws {
            try await common.open { installation in
                var pages = try await EntryPages(filters, installation.service)
                if form == .csv { Terminal.write(Self.columns.joined(separator: ",") + "\r\n", to: 1) }
                while Terminal.failure == nil {
                    let page = try await pages.next()
                    if page.isEmpty { return }
                    Terminal.write(page.map { line($0.asEntry) }.joined(), to: 1)
                }
            }
        }

        private func line(_ entry: JSONObject) -> String {
            switch form {
            case .jsonl: JSON.object(entry).encoded + "\n"
            case .csv: Self.columns.map { Self.cell(entry[$0] ?? .null) }.joined(separator: ",") + "\r\n"
            }
        }

        /// As RFC 4180 has it. What a spreadsheet would take for a formula is kept from it by an apostrophe.
        private static func cell(_ value: JSON) -> String {
            var text = value.array.map { $0.compactMap(\.string).joined(separator: " ") } ?? value.text ?? (value.isNull ? "" : value.encoded)
            if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
            return "\"" + text.replacing("\"", with: "\"\"") + "\""
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares the entries with the hashes that they were sealed with.",
            discussion: """
                Entries are sealed by the server's housekeeping, which tells each new hash to the log. With --head it is also told whether a hash \
                from there is still in the chain, which no one can bring about who has changed the entries before it.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Only of this account: id, name or realm; an id also of one that is gone.") var account: String?
        @Option(help: ArgumentHelp("A hash from the log.", valueName: "hash")) var head: String?

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let accountID = try await AuditCommand.accountID(account, service)
                let (faults, batches) = try await service.audit.verify(accountID, head: head)
                if common.json {
                    common.output.show(["batches": .int(batches), "faults": .array(faults.map(\.asFault))])
                } else {
                    for fault in faults { Terminal.print(Terminal.visible(fault.words)) }
                    Terminal.print("\(batches.counted("batch", "batches")) looked at")
                }
                guard faults.isEmpty else { throw Refusal("the audit log is not what was sealed") }
            }
        }
    }
}

extension AuditEntry.Action: ExpressibleByArgument {}

extension AuditEntry {
    /// The fields that the command line prints.
    fileprivate var asEntry: JSONObject {
        var shown: JSONObject = [:]
        for (name, value) in texts.sorted(by: { $0.key < $1.key }) { shown[name] = .string(value) }
        return [
            "id": .string(id), "created": .string(created.iso8601), "account_id": .string(accountID), "action": .string(action.rawValue),
            "actor": .string(actor), "subject": subjects.first.map { .string($0) } ?? .null, "subjects": JSON(subjects), "details": .object(details),
            "texts": .object(shown), "batch": .int(batch),
        ]
    }
}

extension AuditFault {
    fileprivate var words: String {
        "account \(accountID.isEmpty ? "-" : accountID)\(batch.map { ", batch \($0)" } ?? ""): \(reason)"
    }

    fileprivate var asFault: JSON {
        ["account_id": .string(accountID), "batch": batch.map { .int($0) } ?? .null, "reason": .string(reason)]
    }
}
