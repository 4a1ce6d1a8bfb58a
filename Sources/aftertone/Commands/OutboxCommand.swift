import ArgumentParser
import Server
import Voicemail

struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "What others are still to be told, and what was given up.",
        subcommands: [List.self, Show.self, Retry.self, Drop.self])

    /// Which deliveries to list.
    enum State: String, CaseIterable, ExpressibleByArgument {
        case pending, dead
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, oldest first.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Only of this account: id, name or realm.") var account: String?
        @Option(help: "Only those that wait (pending) or were given up (dead).") var state: State?

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                var query = DeliveryQuery(state: state.flatMap { Delivery.State(rawValue: $0.rawValue) }, limit: 500)
                if let account { query.accountID = try await Lookup(service: service).account(account).id }
                try await common.output.list(["id", "channel", "target", "state", "attempts", "due", "failure"]) {
                    let page = try await service.outbox.list(query)
                    query.after = page.last?.serial ?? query.after
                    return page.map(\.asDelivery)
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a delivery with what it tells.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id.") var delivery: String

        func run() async throws {
            try await common.open { installation in
                let found = try await refusing(delivery) { try await installation.service.outbox.find($0) }
                var object = found.asDelivery
                object["payload"] = .object(found.payload)
                common.output.show(object)
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has a delivery tried at once, with all its attempts before it again.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id.") var delivery: String

        func run() async throws {
            try await common.open { installation in
                let retried = try await refusing(delivery) { try await installation.service.outbox.retry($0) }
                common.output.show(retried.asDelivery, ["id", "state"])
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a delivery: its receiver is not told.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id.") var delivery: String

        func run() async throws {
            try await common.open { installation in
                try await refusing(delivery) { try await installation.service.outbox.drop($0) }
                common.output.show(["id": .string(delivery)])
            }
        }
    }
}

/// Runs `body` on a delivery; one that is not there, or no longer, is refused by name.
private func refusing<Value>(_ id: String, _ body: (String) async throws -> Value) async throws -> Value {
    do { return try await body(id) } catch VoicemailError.notFound { throw Refusal("there is no delivery \(id)") }
}

extension Delivery {
    /// What the command line shows of it.
    var asDelivery: JSONObject {
        [
            "id": .string(id), "account_id": .string(accountID), "channel": .string(channel), "target": .string(target),
            "event": .int(eventSerial), "state": .string(state.rawValue), "attempts": .int(attempts), "due": .string(due.iso8601),
            "failure": .string(failure), "created": .string(created.iso8601),
        ]
    }
}
