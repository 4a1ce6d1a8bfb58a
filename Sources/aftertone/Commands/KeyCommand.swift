import ArgumentParser
import KazooAPI
import Server
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys: what applications log in with.", subcommands: [Create.self, List.self, Revoke.self])

    /// Which interface a key opens.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case kazoo
        case pSeries = "p-series"
        case sSeries = "s-series"
        case intake
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a key and prints it. It is not kept in a form that could be printed again.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "The interface it is for.") var kind: Kind
        @Option(help: "What it is for, in words.") var name: String?
        @Option(help: ArgumentHelp("For p-series: something it may do, once for each; all of it otherwise.", valueName: "right"))
        var allow: [ApplicationPermission] = []
        @Option(
            help: ArgumentHelp("For p-series: an address or network it may call from, once for each; anywhere otherwise.", valueName: "address"),
            transform: NetworkRange.parse)
        var from: [NetworkRange] = []

        func validate() throws {
            guard kind != .pSeries, !(allow.isEmpty && from.isEmpty) else { return }
            throw ValidationError("--allow and --from are for --kind p-series")
        }

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                common.output.show(try await issue(for: account, installation.service))
            }
        }

        private func issue(for account: Account, _ service: VoicemailService) async throws -> JSONObject {
            switch kind {
            case .kazoo:
                let issued = try await service.access.issueKey(CredentialDraft(.kazoo, name: name ?? kind.rawValue), in: account)
                var object = issued.credential.asKey
                object["api_key"] = .string(issued.secret)
                return object
            case .sSeries:
                let issued = try await APIUsers(service).create(name: name, in: account)
                var object = issued.credential.asKey
                object["username"] = .string(issued.credential.handle)
                object["password"] = .string(issued.secret)
                return object
            case .pSeries:
                let issued = try await Applications(service).create(
                    name: name ?? kind.rawValue, permissions: allow.isEmpty ? nil : Set(allow), addresses: from, in: account)
                var object = issued.credential.asKey
                object["client_id"] = .string(issued.credential.handle)
                object["client_secret"] = .string(issued.secret)
                return object
            case .intake:
                let issued = try await service.access.issueKey(CredentialDraft(.intake, name: name ?? kind.rawValue), in: account)
                var object = issued.credential.asKey
                object["api_key"] = .string(issued.secret)
                return object
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys of an account, without their secrets.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String

        func run() async throws {
            try await common.open { installation in
                let account = try await Lookup(service: installation.service).account(account)
                let keys = try await installation.service.access.credentials(of: account).filter { $0.kind != .login }
                try await common.output.list(["id", "kind", "name", "created"], keys.map(\.asKey))
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraws a key; what it has opened is closed.", aliases: ["delete"])

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Its id.") var key: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let account = try await Lookup(service: service).account(account)
                guard let credential = try await service.access.credentials(of: account).first(where: { $0.id == key && $0.kind != .login }) else {
                    throw Refusal("there is no key \(key) in the account")
                }
                try await service.access.removeCredential(key, in: account)
                common.output.show(credential.asKey, ["id", "name"])
            }
        }
    }
}

extension Credential {
    /// The fields that the command line prints.
    var asKey: JSONObject {
        [
            "id": .string(id), "account_id": .string(accountID), "kind": .string(kind.rawValue), "name": .string(name),
            "created": .string(created.iso8601),
        ]
    }
}

extension ApplicationPermission: ExpressibleByArgument {}

extension NetworkRange: ExpectedArgument {
    static var expectation: String { "an IP address or a network such as 10.0.0.0/8" }
}
