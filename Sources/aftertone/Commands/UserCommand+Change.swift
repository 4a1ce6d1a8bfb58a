import ArgumentParser
import Server
import Voicemail

extension UserCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a user.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Id or user name.") var user: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                common.output.show(try await lookup.user(user, of: try await lookup.account(account)).asUser)
            }
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a user; what is not said stays.",
            discussion: "Another user name needs the password with it, on standard input or in a file, as logins are kept as digests of both.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Id or user name.") var user: String
        @Option(help: "What he logs in with; unique in the account.") var username: String?
        @Option(help: "His address.") var email: String?
        @Option var firstName: String?
        @Option var lastName: String?
        @Option(help: ArgumentHelp("His time zone, such as Europe/Dublin.", valueName: "zone"), transform: ZoneName.parse) var timezone: ZoneName?
        @Flag(inversion: .prefixedNo, help: "Whether he is an administrator of the account.") var admin: Bool?
        @Flag(inversion: .prefixedEnableDisable, help: "Whether he may log in.") var logins: Bool?
        @Option(help: ArgumentHelp("Where the password is, for another user name.", valueName: "file")) var passwordFile: String?

        private var change: UserSettings {
            var change = UserSettings()
            change.username = username
            change.email = email
            change.firstName = firstName
            change.lastName = lastName
            change.timeZone = timezone.map { .some($0.name) }
            change.isAdministrator = admin
            change.isEnabled = logins
            return change
        }

        func validate() throws {
            if change.isEmpty { throw ValidationError("Say what to change") }
            if passwordFile != nil, username == nil { throw ValidationError("--password-file is for --username; `user passwd` changes the password alone") }
        }

        func run() async throws {
            var change = change
            if let username { change.password = try SecretInput.read(file: passwordFile, prompt: "password of \(username)") }
            try await common.open { [change] installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                let user = try await lookup.user(user, of: account)
                common.output.show(try await installation.service.users.change(user.id, change, in: account).asUser)
            }
        }
    }

    struct Passwd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a user another password and ends his sessions.", discussion: "The password is the first line of a file or of standard input.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Id or user name.") var user: String
        @Option(help: ArgumentHelp("Where the password is.", valueName: "file")) var passwordFile: String?

        func run() async throws {
            let password = try SecretInput.read(file: passwordFile, prompt: "new password of \(user)")
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                let user = try await lookup.user(user, of: account)
                guard user.username != nil else {
                    throw Refusal("\(self.user) has no user name, so he logs in nowhere; `user update --username` gives him one")
                }
                var change = UserSettings()
                change.password = password
                let changed = try await installation.service.users.change(user.id, change, in: account)
                common.output.show(changed.asUser, ["id", "username"])
            }
        }
    }
}
