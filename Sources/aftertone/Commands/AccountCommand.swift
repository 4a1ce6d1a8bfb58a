import ArgumentParser
import Server
import Voicemail

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Accounts: the tenants of this server.", subcommands: [Create.self, List.self, Show.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes an account, and the data directory if there is none.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its name.") var name: String
        @Option(help: "Its SIP domain; unique. One is made up otherwise.") var realm: String?
        @Option(help: ArgumentHelp("Its time zone, such as Europe/Dublin.", valueName: "zone")) var timezone: ZoneName?
        @Option(help: ArgumentHelp("The account above it.", valueName: "account")) var parent: String?
        @Flag(help: "Lets it act on every account of this server.") var superduperAdmin = false

        func run() async throws {
            try await common.open(creating: true) { installation in
                var request: JSONObject = ["name": .string(name)]
                request["realm"] = realm.map { .string($0) }
                request["timezone"] = timezone.map { .string($0.name) }
                let lookup = Lookup(service: installation.service)
                var above: Document?
                if let parent { above = try await lookup.account(parent) }
                let account = try await installation.service.createAccount(request, below: above, superduperAdmin: superduperAdmin)
                common.output.show(account.asAccount)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all accounts.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.open { installation in
                let pages = DocumentPages(service: installation.service, query: DocumentQuery(kind: .account))
                try await common.output.list(["id", "name", "realm"]) { try await pages.next().map(\.asAccount) }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an account.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                common.output.show(try await Lookup(service: installation.service).account(account).asAccount)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes an account with everything in it. One with others below it is kept.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                do {
                    common.output.show(try await installation.service.removeAccount(account.id).asAccount, ["id", "name"])
                } catch VoicemailError.conflict {
                    throw Refusal("the account has others below it; delete those first")
                }
            }
        }
    }
}

extension Document {
    /// For an account: what the command line shows of it.
    var asAccount: JSONObject {
        var object: JSONObject = ["id": .string(id)]
        object.merge(attributes) { mine, _ in mine }
        object["parent_id"] = lineage.last.map { .string($0) }
        if hidden["superduper_admin"] == true { object["superduper_admin"] = true }
        object["created"] = .string(created.iso8601)
        return object
    }
}

/// Documents page by page.
final class DocumentPages {
    private static let size = 500

    private let service: VoicemailService
    private var query: DocumentQuery?

    init(service: VoicemailService, query: DocumentQuery) {
        self.service = service
        self.query = query
    }

    /// The next page; empty after the last.
    func next() async throws -> [Document] {
        guard let query else { return [] }
        let page = try await service.documents(query, limit: Self.size) { $0 }
        self.query?.start = page.next
        if page.next == nil { self.query = nil }
        return page.items
    }
}
