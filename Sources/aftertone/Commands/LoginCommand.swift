import ArgumentParser
import Server
import Voicemail

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Failed logins, and who is locked out by them.", subcommands: [List.self, Unlock.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what failed logins are counted for.")

        @OptionGroup var common: CommonOptions
        @Flag(help: "Only what is locked.") var locked = false

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, rules = installation.configuration.logins.rules, now = service.clock.now
                var last = ""
                try await common.output.list(["id", "kind", "subject", "failures", "last", "locked_until"]) {
                    // A page of which nothing is shown is not the end.
                    while true {
                        let page = try await service.access.loginCounts(after: last, limit: 500)
                        guard let end = page.last else { return [] }
                        last = end.id
                        let shown = page.filter { !rules.isOver($0, at: now) && (!locked || rules.lockEnd(of: $0, at: now) != nil) }
                        if !shown.isEmpty { return shown.map { $0.asCount(rules.lockEnd(of: $0, at: now)) } }
                    }
                }
            }
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets failed logins, and so lifts the lock-out.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "An address, an id or a name, as `login list` shows them.") var subject: String?
        @Flag(help: "All of them.") var all = false

        func validate() throws {
            guard all != (subject != nil) else { throw ValidationError("Give what to unlock, or --all") }
        }

        func run() async throws {
            try await common.open { installation in
                let forgotten: [LoginCount]
                if let subject {
                    forgotten = try await installation.service.access.forgetLogins(of: subject)
                    guard !forgotten.isEmpty else { throw Refusal("no failed logins are counted for \(subject)") }
                } else {
                    forgotten = try await installation.service.access.forgetAllLogins()
                }
                try await common.output.list(["id", "kind", "subject"], forgotten.map { $0.asCount(nil) })
            }
        }
    }
}

extension LoginCount {
    /// The fields that the command line prints.
    fileprivate func asCount(_ lockEnd: Timestamp?) -> JSONObject {
        [
            "id": .string(id), "kind": .string(kind.rawValue), "subject": .string(label), "failures": .int(failures),
            "first": .string(first.iso8601), "last": .string(last.iso8601), "locked_until": lockEnd.map { .string($0.iso8601) } ?? .null,
        ]
    }
}
