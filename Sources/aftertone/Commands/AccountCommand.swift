import ArgumentParser
import Server
import Voicemail

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Accounts: the tenants of this server.",
        subcommands: [Create.self, List.self, Show.self, Update.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes an account, and the data directory if there is none.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its name.") var name: String
        @Option(help: "Its SIP domain; unique. One is made up otherwise.") var realm: String?
        @Option(help: ArgumentHelp("Its time zone, such as Europe/Dublin.", valueName: "zone"), transform: ZoneName.parse)
        var timezone: ZoneName?
        @Option(help: ArgumentHelp("The account above it.", valueName: "account")) var parent: String?
        @Flag(help: "Lets it act on every account of this server.") var superduperAdmin = false

        @Flag(help: "Makes it even if another has the name; both are then known by id or realm only.") var allowDuplicate = false

        func run() async throws {
            try await common.open(creating: true) { installation in
                var settings = AccountSettings(name: name)
                settings.realm = realm
                settings.timeZone = timezone.map { .some($0.name) }
                let lookup = Lookup(service: installation.service)
                var above: Account?
                if let parent { above = try await lookup.account(parent) }
                do {
                    let account = try await installation.service.accounts.create(
                        settings, below: above, actsOnAllAccounts: superduperAdmin, hasOwnName: !allowDuplicate)
                    common.output.show(account.asAccount)
                } catch VoicemailError.invalid(let violations) where violations.map(\.setting) == [.name] && violations[0].rule == .unique {
                    // Names are the same however they are spelled, so it is told which one is there.
                    guard let other = try await installation.service.accounts.list(named: name).first else { throw VoicemailError.conflict }
                    throw Refusal("there is the account \(other.name) (\(other.id)) already; --allow-duplicate makes another")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all accounts, in order of name.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: ListOptions

        func run() async throws {
            try await common.open { installation in
                var passed: Account?
                if let after = options.after { passed = try await Lookup(service: installation.service).account(after) }
                let pages = ListedPages(options.first, after: passed) { try await installation.service.accounts.list(below: nil, $0) { $0 } }
                try await common.output.list(["id", "name", "realm"], limit: options.limit) { try await pages.next().map(\.asAccount) }
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
}

extension Account {
    /// The fields that the command line prints.
    var asAccount: JSONObject {
        var object = published.idFirst
        object["parent_id"] = lineage.last.map { .string($0) }
        if actsOnAllAccounts { object["superduper_admin"] = true }
        object["created"] = .string(created.iso8601)
        return object
    }
}

extension OrderedDictionary where Key == String, Value == JSON {
    /// The same, `id` before everything else.
    var idFirst: JSONObject {
        var object: JSONObject = ["id": self["id"] ?? .null]
        object.merge(self) { mine, _ in mine }
        return object
    }
}

/// A listing page by page.
final class ListedPages<Item: Noun> {
    private let read: (ListingRange) async throws -> ListingPage<Item>
    private var range: ListingRange?
    /// The one that the list begins behind.
    private let passed: String?

    /// - Parameters:
    ///   - limit: things of the first page.
    ///   - after: what the list begins behind; nil for the beginning.
    init(_ limit: Int = ListOptions.page, after: Item? = nil, _ read: @escaping (ListingRange) async throws -> ListingPage<Item>) {
        self.read = read
        passed = after?.id
        range = ListingRange(start: after.map { ($0.name, $0.id) }, limit: limit + (after == nil ? 0 : 1))
    }

    /// The next page; empty after the last.
    func next() async throws -> [Item] {
        guard let range else { return [] }
        let page = try await read(range)
        self.range?.start = page.next
        self.range?.limit = ListOptions.page
        if page.next == nil { self.range = nil }
        let items = page.items.filter { $0.id != passed }
        // A page of which nothing is shown is not the end.
        return items.isEmpty && page.next != nil ? try await next() : items
    }
}
