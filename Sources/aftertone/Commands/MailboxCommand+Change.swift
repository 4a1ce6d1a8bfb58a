import ArgumentParser
import Server
import Voicemail

extension MailboxCommand {
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Changes a mailbox; what is not said stays.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Number or id.") var mailbox: String
        @Option(help: "Another name.") var name: String?
        @Option(help: "Another number; unique in the account.") var number: String?
        @Option(help: ArgumentHelp("Whose it is: id or user name.", valueName: "user")) var owner: String?
        @Flag(help: "Makes it nobody's.") var noOwner = false
        @Option(help: ArgumentHelp("Where its PIN is: the first line of a file; - is standard input.", valueName: "file")) var pinFile: String?
        @Flag(help: "Takes the PIN away.") var noPin = false
        @Option(help: ArgumentHelp("Its time zone, such as Europe/Dublin.", valueName: "zone"), transform: ZoneName.parse) var timezone: ZoneName?
        @Option(help: ArgumentHelp("The greeting that callers hear, as `greeting list` names it.", valueName: "greeting")) var greeting: String?
        @Flag(help: "Callers hear the standard greeting.") var standardGreeting = false
        @Option(help: ArgumentHelp("Who gets mail for new messages, once for each, instead of those before.", valueName: "address")) var notify: [String] = []
        @Flag(help: "Nobody gets mail for new messages but the owner.") var noNotify = false
        @Option(help: ArgumentHelp("How many days its messages are kept, from 1 to 36500.", valueName: "days")) var keepMessageDays: Int?
        @Option(help: ArgumentHelp("How many messages are kept; the oldest go.", valueName: "count")) var keepMessages: Int?
        @OptionGroup var news: NewsOptions
        @Flag(inversion: .prefixedEnableDisable, help: "Whether it takes messages.") var messages: Bool?

        private var change: MailboxSettings {
            var change = MailboxSettings()
            change.name = name
            change.number = number
            if noOwner { change.ownerID = .some(nil) }
            if noPin { change.pin = .some(nil) }
            change.timeZone = timezone.map { .some($0.name) }
            if !notify.isEmpty || noNotify { change.notificationAddresses = notify }
            change.messageKeepDays = keepMessageDays
            change.messageKeepCount = keepMessages
            change.isEnabled = messages
            change.wantedNews = news.wanted
            return change
        }

        private var changesNothing: Bool {
            change.isEmpty && owner == nil && pinFile == nil && greeting == nil && !standardGreeting
        }

        func validate() throws {
            if let number { try MailboxCommand.judge(number) }
            if changesNothing { throw ValidationError("Say what to change") }
            for (one, other, names) in [
                (owner != nil, noOwner, "--owner and --no-owner"), (pinFile != nil, noPin, "--pin-file and --no-pin"),
                (greeting != nil, standardGreeting, "--greeting and --standard-greeting"), (!notify.isEmpty, noNotify, "--notify and --no-notify"),
            ] where one && other { throw ValidationError("\(names) cannot both be meant") }
        }

        func run() async throws {
            let pin = try pinFile.map { try SecretInput.read(file: $0, prompt: "PIN") }
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                var mailbox = try await lookup.mailbox(mailbox, of: account)
                var change = change
                if let pin { change.pin = try MailboxCommand.pin(pin, for: number ?? mailbox.number) }
                if let owner { change.ownerID = try await lookup.user(owner, of: account).id }
                // An unknown greeting is refused before anything is changed.
                if let greeting { _ = try await lookup.greeting(greeting, on: .mailbox(mailbox)) }
                if !change.isEmpty { mailbox = try await service.mailboxes.change(mailbox.id, change, in: account) }
                if greeting != nil || standardGreeting { mailbox = try await service.greetings.choose(greeting, of: mailbox) }
                common.output.show(mailbox.asMailbox(try await service.mailboxes.tally(of: mailbox, in: account)))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a mailbox with its messages.",
            discussion: """
                Asks before it takes messages along. `mailbox restore` brings it back with them, for as many days as retention.trash_days says.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Number or id.") var mailbox: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                let mailbox = try await lookup.mailbox(mailbox, of: account)
                let query = MessageQuery(scope: .mailbox(mailbox.id))
                if let messages = try await service.messages.count(query).some("message") {
                    try consent.require("deletes the mailbox \(mailbox.number) (\(mailbox.name)) with \(messages)")
                }
                common.output.show(try await service.mailboxes.remove(mailbox.id, in: account).asMailbox(), ["id", "number", "name"])
            }
        }
    }
}
