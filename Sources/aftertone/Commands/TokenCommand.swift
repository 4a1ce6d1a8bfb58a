import ArgumentParser
import KazooAPI
import Server
import Voicemail

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens for scripts.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a KAZOO token and prints it.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "On behalf of a user: id or user name.") var user: String?
        @Option(help: ArgumentHelp("How long it is good (default: as long as a login's).", valueName: "seconds")) var ttl: Int?

        func validate() throws {
            if let ttl, !(1...315_360_000).contains(ttl) { throw ValidationError("--ttl must be from 1 to 315360000 seconds") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                var owner: User?
                if let user { owner = try await lookup.user(user, of: account) }
                let lifetime = ttl ?? service.limits.tokenLifetime
                let token = try await service.issueKazooToken(account: account, user: owner, lifetime: lifetime)
                var object: JSONObject = ["id": .string(service.secrets.fingerprint(token)), "account_id": .string(account.id)]
                object["user_id"] = owner.map { .string($0.id) }
                object["expires"] = .string(service.clock.now.advanced(by: lifetime).iso8601)
                object["token"] = .string(token)
                common.output.show(object, ["token"])
            }
        }
    }
}
