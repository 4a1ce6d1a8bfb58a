import ArgumentParser
import Server
import Voicemail

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users: who logs in.",
        subcommands: [Create.self, List.self, Show.self, Update.self, Passwd.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a user. The password is the first line of a file or of standard input.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "What he logs in with; unique in the account.") var username: String
        @Option(help: "His address.") var email: String?
        @Option(help: "(default: the user name)") var firstName: String?
        @Option(help: "(default: the user name)") var lastName: String?
        @Flag(help: "Makes him an administrator of the account.") var admin = false
        @Option(help: ArgumentHelp("Where the password is.", valueName: "file")) var passwordFile: String?

        func run() async throws {
            let password = try SecretInput.read(file: passwordFile, prompt: "password of \(username)")
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                var settings = UserSettings(username: username, password: password)
                if let firstName { settings.firstName = firstName }
                if let lastName { settings.lastName = lastName }
                settings.isAdministrator = admin
                settings.email = email
                common.output.show(try await installation.service.users.create(settings, in: account).asUser)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the users of an account, in order of name.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var options: ListOptions
        @Option(help: "Id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                var passed: User?
                if let after = options.after { passed = try await lookup.user(after, of: account) }
                let pages = ListedPages(options.first, after: passed) { try await installation.service.users.list(of: account, $0) { $0 } }
                try await common.output.list(["id", "username", "priv_level", "email"], limit: options.limit) { try await pages.next().map(\.asUser) }
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a user with his logins. His mailboxes stay.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Id or user name.") var user: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                let user = try await lookup.user(user, of: account)
                common.output.show(try await installation.service.users.remove(user.id, in: account).asUser, ["id", "username"])
            }
        }
    }
}

extension User {
    /// What the command line shows of him.
    var asUser: JSONObject {
        var object: JSONObject = ["id": .string(id), "account_id": .string(accountID)]
        object.merge(published) { mine, _ in mine }
        return object
    }
}
