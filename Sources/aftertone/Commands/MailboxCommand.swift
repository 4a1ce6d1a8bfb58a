import ArgumentParser
import Server
import Voicemail

struct MailboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbox", abstract: "Mailboxes: where messages are.",
        subcommands: [Create.self, List.self, Show.self, Update.self, Delete.self, Restore.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a mailbox.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Its number; unique in the account.") var number: String
        @Option(help: "Its name.") var name: String
        @Option(help: ArgumentHelp("Whose it is: id or user name.", valueName: "user")) var owner: String?
        @Option(help: ArgumentHelp("Its time zone, such as Europe/Dublin.", valueName: "zone"), transform: ZoneName.parse)
        var timezone: ZoneName?
        @Option(help: ArgumentHelp("Where its PIN is: the first line of a file, or - for standard input.", valueName: "file")) var pinFile: String?
        @Option(help: "Makes it a group's: one box that the members share, or a copy of every message for each.") var group: MailboxGroup.Mode?
        @Option(help: ArgumentHelp("A member of the group, once for each.", valueName: "number")) var member: [String] = []

        func validate() throws {
            if group == nil, !member.isEmpty { throw ValidationError("--member needs --group") }
            try MailboxCommand.judge(number)
        }

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                var settings = MailboxSettings(number: number, name: name)
                if let owner { settings.ownerID = try await lookup.user(owner, of: account).id }
                settings.timeZone = timezone.map { .some($0.name) }
                if let pinFile { settings.pin = try MailboxCommand.pin(try SecretInput.read(file: pinFile, prompt: "PIN"), for: number) }
                var members: [String] = []
                for number in member { members.append(try await lookup.mailbox(number, of: account).id) }
                let mailbox = try await installation.service.mailboxes.create(
                    settings, group: group.map { MailboxGroup(mode: $0, members: members) }, in: account)
                common.output.show(mailbox.asMailbox(), ["id", "account_id", "number", "name", "owner_id", "timezone"])
            }
        }
    }

    /// A PIN that somebody has chosen. One that is too short or too long is refused where all are.
    static func pin(_ text: String, for number: String) throws -> PIN {
        do throws(PIN.Fault) { return try PIN(chosen: text, for: number) } catch { throw VoicemailError.invalid([error.violation]) }
    }

    /// A number that nobody can dial is a slip of the one who types it.
    static func judge(_ number: String) throws {
        guard MailboxNumber.isDialable(number) else {
            throw ValidationError("--number is \"\(Terminal.visible(number))\" and must be 1 to 30 digits, * and #, perhaps after a +")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the mailboxes of an account with how many messages they hold, in order of name.",
            discussion: "With --trash, those that were deleted and can be brought back, the last deleted first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: ListOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: ArgumentHelp("Only those of this user: id or user name.", valueName: "user")) var owner: String?
        @Flag(help: "What can be brought back.") var trash = false

        func validate() throws {
            if trash, owner != nil { throw ValidationError("--owner is not for --trash") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                if trash { return try await MailboxCommand.listTrash(account, options, service, common.output) }
                var ownerID: String?
                if let owner { ownerID = try await lookup.user(owner, of: account).id }
                var passed: Mailbox?
                if let after = options.after { passed = try await lookup.mailbox(after, of: account) }
                var range: ListingRange? = ListingRange(start: passed.map { ($0.name, $0.id) }, limit: options.first + (passed == nil ? 0 : 1))
                let passedID = passed?.id
                try await common.output.list(["id", "number", "name", "new", "saved"], limit: options.limit) {
                    while let current = range {
                        let page = try await service.mailboxes.summaries(of: account, ownerID: ownerID, current) {
                            $0.id == passedID ? nil : $0
                        } item: { mailbox, count in
                            mailbox.asMailbox(count.tally)
                        }
                        range = page.next.map { ListingRange(start: $0, limit: ListOptions.page) }
                        if !page.items.isEmpty { return page.items }
                    }
                    return []
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a mailbox, but for its PIN.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Number or id.") var mailbox: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                let mailbox = try await lookup.mailbox(mailbox, of: account)
                common.output.show(mailbox.asMailbox(try await service.mailboxes.tally(of: mailbox, in: account)))
            }
        }
    }
}

extension Mailbox {
    /// The fields that the command line prints, which are never the PIN.
    func asMailbox(_ tally: Tally? = nil) -> JSONObject {
        var object: JSONObject = ["id": .string(id), "account_id": .string(accountID), "number": .string(number)]
        object.merge(published) { mine, _ in mine }
        if let tally {
            object["new"] = .int(tally.new)
            object["saved"] = .int(tally.saved)
        }
        return object
    }
}

extension MailboxGroup.Mode: ExpressibleByArgument {}
