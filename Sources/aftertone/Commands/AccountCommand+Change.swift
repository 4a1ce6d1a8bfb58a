import ArgumentParser
import Server
import Voicemail

extension AccountCommand {
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Changes an account; what is not said stays.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id, name or realm.") var account: String
        @Option(help: "Another name.") var name: String?
        @Option(help: "Another SIP domain; unique.") var realm: String?
        @Option(help: ArgumentHelp("Its time zone, such as Europe/Dublin.", valueName: "zone"), transform: ZoneName.parse) var timezone: ZoneName?
        @Option(help: ArgumentHelp("How many days its messages count, from 1 to 36500.", valueName: "days")) var messageDays: Int?
        @Option(help: ArgumentHelp("How many days its recordings are kept, from 1 to 36500.", valueName: "days")) var recordingDays: Int?
        @Option(help: ArgumentHelp("How many bytes its recordings may have.", valueName: "bytes")) var recordingBytes: Int?
        @Option(help: ArgumentHelp("How many days its messages are kept, from 1 to 36500.", valueName: "days")) var keepMessageDays: Int?
        @Option(help: ArgumentHelp("How many bytes its messages may have.", valueName: "bytes")) var keepMessageBytes: Int?
        @OptionGroup var news: NewsOptions
        @Flag(inversion: .prefixedEnableDisable, help: "Whether the audit log has who heard a message or a recording.") var auditListening: Bool?
        @Flag(inversion: .prefixedEnableDisable, help: "Whether messages that clients and administrators leave are told of as those of callers are.")
        var clientNotices: Bool?
        @Flag(inversion: .prefixedEnableDisable, help: "Whether anybody of it may log in.") var logins: Bool?
        @Flag(inversion: .prefixedEnableDisable, help: "Whether owners of mailboxes hear the recordings of their own calls.") var ownRecordings: Bool?

        private var change: AccountSettings {
            var change = AccountSettings(name: name)
            change.realm = realm
            change.timeZone = timezone.map { .some($0.name) }
            change.messageRetentionDays = messageDays
            change.recordingRetentionDays = recordingDays
            change.recordingMaximumBytes = recordingBytes
            change.messageKeepDays = keepMessageDays
            change.messageKeepBytes = keepMessageBytes
            change.auditsListening = auditListening
            change.notifiesOfClientMessages = clientNotices
            change.isEnabled = logins
            change.letsOwnersHearRecordings = ownRecordings
            change.wantedNews = news.wanted
            return change
        }

        func validate() throws {
            if change.isEmpty { throw ValidationError("Say what to change") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let account = try await Lookup(service: service).account(account)
                common.output.show(try await service.accounts.change(account.id, change).asAccount)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes an account with everything in it. One with others below it is kept.",
            discussion: "Asks before it takes anything else along. It cannot be brought back but from a backup.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent
        @Argument(help: "Its id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let account = try await Lookup(service: service).account(account)
                if let contents = Consent.listed(try await service.accounts.holdings(of: account).words) {
                    try consent.require("deletes the account \(account.name) with \(contents)")
                }
                do {
                    common.output.show(try await service.accounts.remove(account.id).asAccount, ["id", "name"])
                } catch VoicemailError.conflict {
                    throw Refusal("the account has others below it; delete those first")
                }
            }
        }
    }
}

extension AccountHoldings {
    fileprivate var words: [String?] {
        [
            users.some("user"), mailboxes.some("mailbox", "mailboxes"), messages.some("message"), greetings.some("greeting"), recordings.some("recording"),
            webhooks.some("webhook"), keys.some("key"),
        ]
    }
}
