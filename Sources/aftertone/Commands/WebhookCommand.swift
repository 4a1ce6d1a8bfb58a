import ArgumentParser
import KazooAPI
import Server
import Voicemail
import YeastarSSeriesAPI

struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Webhooks: where an account's events are to be posted.",
        subcommands: [List.self, Create.self, Delete.self, Secret.self, Test.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the webhooks of an account, in order of name.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: ListOptions
        @Option(help: "Id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                var passed: Webhook?
                if let after = options.after { passed = try await lookup.webhook(after, of: account) }
                let pages = ListedPages(options.first, after: passed) { try await installation.service.webhooks.list(of: account, $0) { $0 } }
                try await common.output.list(["id", "name", "hook", "uri", "enabled"], limit: options.limit) { try await pages.next().map(\.asWebhook) }
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a webhook.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "What it is called.") var name: String
        @Option(help: "Which events, such as notifications or object.") var hook: String
        @Option(help: "How its receiver is asked: get, post or put.") var verb = Webhook.Method.post
        @Flag(help: "Sends JSON, and not a form.") var jsonBody = false
        @Argument(help: "Where to: a URL of http or https, not of this machine or a private network.") var uri: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let account = try await Lookup(service: service).account(account)
                var settings = WebhookSettings()
                settings.name = name
                settings.hook = hook
                settings.uri = uri
                settings.method = verb
                settings.isJSON = jsonBody
                common.output.show(try await service.webhooks.create(settings, in: account).asWebhook)
            }
        }
    }

    struct Secret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the secret that a webhook's deliveries are signed with, or S-Series' reports of an account.",
            discussion: "Receivers check the header webhook-signature with it, as Standard Webhooks say. It is a webhook's for as long as that is there.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Flag(help: "That of S-Series' reports.") var reports = false
        @Argument(help: "The webhook's id.") var webhook: String?

        func validate() throws {
            guard reports == (webhook == nil) else { throw ValidationError("Give the id of a webhook, or --reports") }
        }

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service), secrets = installation.service.secrets
                let account = try await lookup.account(account)
                guard let webhook else {
                    return common.output.show(["id": .string(account.id), "secret": .string(ReportChannel.signature(ofReportsTo: account.id, secrets).secret)])
                }
                let found = try await lookup.webhook(webhook, of: account)
                common.output.show(["id": .string(found.id), "secret": .string(found.signature(secrets).secret)])
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a webhook.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Its id.") var webhook: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                let webhook = try await lookup.webhook(webhook, of: account)
                common.output.show(try await service.webhooks.remove(webhook.id, in: account).asWebhook, ["id", "name"])
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks a webhook's receiver once, with an event that is none, and tells what it answers.",
            discussion: "Ends with status 1 when the receiver cannot be reached or does not answer with a status of 200 to 299.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Its id.") var webhook: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                let webhook = try await lookup.webhook(webhook, of: account)
                let status = try await WebhookTrial(webhook, installation.service).run()
                common.output.show(["id": .string(webhook.id), "status": .int(status)])
                guard (200...299).contains(status) else { throw Refusal("the receiver answered with the status \(status)") }
            }
        }
    }
}

extension Webhook.Method: ExpressibleByArgument {}

extension Webhook {
    /// The fields that the command line prints.
    var asWebhook: JSONObject {
        var object: JSONObject = ["id": .string(id), "account_id": .string(accountID)]
        object.merge(published) { mine, _ in mine }
        return object
    }
}
