import ArgumentParser
import Delivery
import Foundation
import NIOPosix
import Notifications
import Server
import Voicemail

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mails to those who want to hear of their mailboxes.",
        subcommands: [Preview.self, Test.self, TemplateCommand.self, RevokeOne.self, Revoke.self])

    /// A language that mails are written in.
    struct Language: ExpectedArgument {
        static let expectation = "one of " + NoticeTexts.languages.joined(separator: ", ")

        let tag: String

        init?(_ text: String) {
            guard NoticeTexts.languages.contains(text) else { return nil }
            tag = text
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the mail for a message, or of what happens to a mailbox, and sends nothing.",
            discussion: "A link that it shows is a good one, as a mail would have it. Counts and times in mails of mailboxes are made up.")

        @OptionGroup var common: CommonOptions
        @Option(help: "For a mailbox: its account, by id, name or realm.") var account: String?
        @Option(help: "That this mailbox is full: number or id.") var fullMailbox: String?
        @Option(help: "What --news says of this mailbox: number or id.") var mailbox: String?
        @Option(help: "What has happened: \(NewsOptions.News.expectation).", transform: NewsOptions.News.parse) var news: NewsOptions.News?
        @Option(help: "In this language, and not in that of its receivers.", transform: Language.parse) var language: Language?
        @Flag(help: "Shows the HTML, and not the text.") var html = false
        @Argument(help: "The message's id; with --news message_deleted a deleted one's.") var message: String?

        private static let usage =
            "Give the id of a message, --account and --full-mailbox, --account, --mailbox and --news, or --news message_deleted and the id of a message"

        func validate() throws {
            let isOfDeleted = news?.news == .messageDeleted
            let fits: Bool =
                switch (message != nil, fullMailbox != nil, mailbox != nil) {
                case (true, false, false): account == nil && (news == nil || isOfDeleted)
                case (false, true, false): account != nil && news == nil
                case (false, false, true): account != nil && news != nil && !isOfDeleted
                default: false
                }
            guard fits else { throw ValidationError(Self.usage) }
        }

        func run() async throws {
            try await common.open { installation in
                guard let preview = try await preview(installation) else {
                    throw Refusal("there is no message \(Terminal.typed(message ?? "")) that is told of")
                }
                let attachment = preview.attachment
                let facts: JSONObject = [
                    "to": .array(preview.receivers.map { .string($0) }), "subject": .string(preview.parts.subject), "text": .string(preview.parts.text),
                    "html": .string(preview.parts.html), "attachment": attachment.map { .string($0.name) } ?? .null,
                    "content_type": attachment.map { .string($0.contentType) } ?? .null,
                ]
                guard !common.json else { return common.output.show(facts) }
                common.output.show(facts, ["to", "subject", "attachment", "content_type"])
                Terminal.print("")
                for line in (html ? preview.parts.html : preview.parts.text).split(separator: "\n", omittingEmptySubsequences: false) {
                    Terminal.print(Terminal.visible(String(line)))
                }
            }
        }

        private func preview(_ installation: Installation) async throws -> NoticePreview? {
            let lookup = Lookup(service: installation.service)
            let previews = NoticePreviews(installation.service, installation.configuration.notices, language: language?.tag)
            if let message {
                return try await news == nil ? previews.ofMessage(lookup.message(message).id) : previews.ofDeletedMessage(String(message.suffix(32)))
            }
            let box = try await lookup.mailbox(fullMailbox ?? mailbox ?? "", of: try await lookup.account(account ?? ""))
            return try await previews.ofMailbox(box.id, news?.news)
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a mail at once, through the server that the configuration names.",
            discussion: "With --message it is the mail for that message, sound and all; nothing of the message changes.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Sends the mail for this message.", valueName: "id")) var message: String?
        @Argument(help: "Who gets it.") var address: String

        func run() async throws {
            try await common.open { installation in
                guard let server = installation.configuration.mail else { throw Refusal("the configuration names no mail server (mail.host)") }
                guard let receiver = MailAddress(address) else { throw Refusal("\(Terminal.typed(address)) is no mail address") }
                let mail = try await compose(to: receiver, installation)
                let pool = NIOThreadPool(numberOfThreads: 1)
                pool.start()
                let outcome: OutgoingMailError?
                do throws(OutgoingMailError) {
                    try await SMTPMailer(server, pool: pool).send(mail)
                    outcome = nil
                } catch { outcome = error }
                try await pool.shutdownGracefully()
                if let outcome { throw Refusal("the mail server has not taken the mail: \(outcome.reason)") }
                common.output.show(["id": .string(mail.id), "to": .string(receiver.text), "server": .string("\(server.host):\(server.port)")])
            }
        }

        private func compose(to receiver: MailAddress, _ installation: Installation) async throws -> MailMessage {
            guard let message else {
                return MailMessage(
                    to: receiver, subject: "Aftertone can send mail", text: "This mail was sent by `aftertone mail test`. Nothing else is in it.\n")
            }
            let known = try await Lookup(service: installation.service).message(message)
            let found = try await NoticePreviews(installation.service, installation.configuration.notices).ofMessage(known.id)
            guard let preview = found else { throw Refusal("there is no message \(Terminal.typed(message)) that is told of") }
            return MailMessage(
                to: receiver, subject: preview.parts.subject, text: preview.parts.text, html: preview.parts.html, attachment: preview.attachment)
        }
    }

    struct RevokeOne: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-link", abstract: "Ends one link to a message; others to the same message stay good.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The link, as it was mailed.") var link: String

        func run() async throws {
            try await common.open { installation in
                do {
                    try await MessageLinks(installation.service).revoke(link)
                } catch MessageLink.Fault.unknown {
                    throw Refusal("that is no link to a message that is there")
                } catch MessageLink.Fault.over {
                    throw Refusal("the link is no longer good")
                }
                common.output.show(["revoked": true])
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-links", abstract: "Ends all links to an account's messages, or to a mailbox's, that were mailed until now.")

        @OptionGroup var common: CommonOptions
        @Option(help: "The account: id, name or realm.") var account: String
        @Option(help: "Only those to messages of this mailbox: number or id.") var mailbox: String?

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let owner = try await lookup.account(account)
                var box: Mailbox?
                if let mailbox { box = try await lookup.mailbox(mailbox, of: owner) }
                try await MessageLinks(installation.service).revoke(of: owner, mailbox: box)
                common.output.show(["account_id": .string(owner.id), "mailbox_id": box.map { .string($0.id) } ?? .null])
            }
        }
    }
}
