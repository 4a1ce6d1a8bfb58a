import ArgumentParser
import Notifications
import Server
import Voicemail

struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "What an account's mails say in place of what the server's say.",
        discussion: """
            Templates are Mustache, a file each for subject, text and HTML: KIND.LANGUAGE.subject, .text and .html. `mail preview` shows what becomes of them.
            """, subcommands: [List.self, Export.self, Import.self, Remove.self])

    /// A kind of mails.
    struct Kind: ExpectedArgument {
        static let expectation = "one of " + NoticeTexts.Kind.allCases.map(\.rawValue).joined(separator: ", ")

        let kind: NoticeTexts.Kind

        init?(_ text: String) {
            guard let kind = NoticeTexts.Kind(rawValue: text) else { return nil }
            self.kind = kind
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the templates that an account has of its own.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                let templates = try await installation.service.mailTemplates.list(of: account)
                try await common.output.list(["kind", "language", "modified", "subject"], templates.map(\.asTemplate))
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes templates into files: the account's own, and the server's where it has none.",
            discussion: "A file that is there already is not written over.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Only of these mails: \(Kind.expectation).", transform: Kind.parse) var kind: Kind?
        @Option(help: "Only in this language: \(MailCommand.Language.expectation).", transform: MailCommand.Language.parse) var language: MailCommand.Language?
        @Argument(help: "The directory.") var directory: String

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                let own = try await installation.service.mailTemplates.list(of: account)
                let kinds = kind.map { [$0.kind] } ?? NoticeTexts.Kind.allCases
                let drafts = NoticeTexts.all.filter { language == nil || $0.language == language?.tag }.flatMap { texts in
                    kinds.compactMap { kind in
                        own.first { $0.noticeKind == kind.rawValue && $0.language == texts.language }?.draft ?? texts.source(of: kind)
                    }
                }
                try TemplateFiles(directory: directory).write(drafts)
                common.output.show(["directory": .string(directory), "templates": .int(drafts.count)])
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes templates from files, in place of those of the same mails and languages.",
            discussion: "All that are in the directory, or none where one of them cannot be used.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "The directory.") var directory: String

        func run() async throws {
            let drafts = try TemplateFiles(directory: directory).read()
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                try await installation.service.mailTemplates.put(drafts, in: account)
                common.output.show(["directory": .string(directory), "templates": .int(drafts.count)])
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a template, so that mails say again what the server's say.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Of which mails: \(Kind.expectation).", transform: Kind.parse) var kind: Kind
        @Option(help: "In which language.", transform: MailCommand.Language.parse) var language: MailCommand.Language

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                do {
                    try await installation.service.mailTemplates.remove(kind.kind.rawValue, language.tag, of: account)
                } catch VoicemailError.notFound {
                    throw Refusal("the account has no template of its own for \(kind.kind.rawValue) in \(language.tag)")
                }
                common.output.show(["kind": .string(kind.kind.rawValue), "language": .string(language.tag)])
            }
        }
    }
}

extension MailTemplate {
    fileprivate var asTemplate: JSONObject {
        ["id": .string(id), "kind": .string(noticeKind), "language": .string(language), "subject": .string(subject), "modified": .string(modified.iso8601)]
    }

    fileprivate var draft: MailTemplateDraft {
        MailTemplateDraft(kind: noticeKind, language: language, subject: subject, text: text, html: html)
    }
}
