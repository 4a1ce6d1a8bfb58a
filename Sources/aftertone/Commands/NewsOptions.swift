import ArgumentParser
import Voicemail

/// What happens to mailboxes and is mailed to their people, as an account or a mailbox says.
struct NewsOptions: ParsableArguments {
    struct News: ExpectedArgument {
        static let expectation = "one of " + MailboxNews.allCases.map(\.rawValue).joined(separator: ", ")

        let news: MailboxNews

        init?(_ text: String) {
            guard let news = MailboxNews(rawValue: text) else { return nil }
            self.news = news
        }
    }

    @Option(
        help: ArgumentHelp("What is mailed besides new messages, once for each, instead of what was before: \(News.expectation).", valueName: "what"),
        transform: News.parse)
    var mailNotice: [News] = []
    @Flag(help: "Nothing is mailed besides new messages, and that a mailbox is full.") var noMailNotices = false
    @Flag(help: "As above it: a mailbox as its account, an account as mail.notices says.") var standardMailNotices = false

    func validate() throws {
        guard [!mailNotice.isEmpty, noMailNotices, standardMailNotices].count(where: \.self) <= 1 else {
            throw ValidationError("--mail-notice, --no-mail-notices and --standard-mail-notices cannot be meant together")
        }
    }

    /// nil for no change, and nil within for what is above it.
    var wanted: [MailboxNews]?? {
        if standardMailNotices { return .some(nil) }
        return mailNotice.isEmpty && !noMailNotices ? nil : .some(mailNotice.map(\.news))
    }
}
