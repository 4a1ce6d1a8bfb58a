import ArgumentParser
import Server
import Voicemail

struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "How long messages and recordings are kept.", subcommands: [Preview.self])

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what retention would remove, and when, without removing anything.",
            discussion: """
                By the rules as they are set and the messages and recordings as they are. Messages go to the trash, from where `message restore` brings \
                them back for as many days as retention.trash_days says; recordings go for good. What is held stays.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Only of this account: id, name or realm.") var account: String?
        @Option(help: ArgumentHelp("What is due within so many days; 0 is what goes with the next round.", valueName: "days")) var within = 0
        @Option(help: "Shows at most so many of an account.") var limit = 10_000

        func validate() throws {
            if !(0...36_500).contains(within) { throw ValidationError("--within must be from 0 to 36500") }
            if limit < 1 { throw ValidationError("--limit must be 1 or more") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, now = service.clock.now
                let time = now.advanced(by: within * 86_400)
                var only: [Account]?
                if let account { only = [try await Lookup(service: service).account(account)] }
                let pages = ListedPages { try await service.accounts.list(below: nil, $0) { $0 } }
                var waiting: [Account] = []
                try await common.output.list(["kind", "id", "due", "reason", "bytes", "held"]) {
                    // An account of which nothing goes is not the end.
                    while true {
                        if waiting.isEmpty {
                            if let named = only {
                                waiting = named
                                only = []
                            } else {
                                waiting = try await pages.next()
                            }
                            if waiting.isEmpty { return [] }
                        }
                        let next = waiting.removeFirst()
                        let found = try await service.housekeeping.departures(of: next, until: time, limit: limit).prefix(limit)
                        if !found.isEmpty { return found.map { $0.asDeparture(of: next, now) } }
                    }
                }
            }
        }
    }
}

extension Departure {
    /// The fields that the command line prints.
    fileprivate func asDeparture(of account: Account, _ now: Timestamp) -> JSONObject {
        var object: JSONObject =
            switch thing {
            case .message(let id, let mailboxID): ["kind": "message", "id": .string(id), "mailbox_id": .string(mailboxID)]
            case .recording(let id, let name): ["kind": "recording", "id": .string(id), "name": .string(name)]
            }
        object["account_id"] = .string(account.id)
        object["due"] = .string(max(due, now).iso8601)
        object["reason"] = .string(rule.words)
        object["bytes"] = .int(bytes)
        object["held"] = .bool(isHeld)
        return object
    }
}
