import ArgumentParser
import Server
import Voicemail

struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "What others are still to be told, and what was given up.",
        subcommands: [List.self, Show.self, Retry.self, Drop.self, Replay.self])

    /// Which deliveries are meant.
    enum State: String, CaseIterable, ExpressibleByArgument {
        case pending, dead

        var delivery: Delivery.State { self == .pending ? .pending : .dead }
    }

    /// Which deliveries are meant, besides their state.
    struct Filters: ParsableArguments {
        @OptionGroup var period: PeriodOptions
        @Option(help: "Only of this account: id, name or realm.") var account: String?
        @Option(help: ArgumentHelp("Only what this carries, such as message-mail.", valueName: "name")) var channel: String?
        @Option(help: ArgumentHelp("Only for this receiver, as `list` shows it.", valueName: "receiver")) var target: String?

        var areGiven: Bool { account != nil || channel != nil || target != nil || period.since != nil || period.until != nil }

        func query(_ state: Delivery.State?, _ service: VoicemailService) async throws -> DeliveryQuery {
            var query = DeliveryQuery(
                state: state, channel: channel, target: target, from: period.since?.timestamp, to: period.until?.timestamp, limit: ListOptions.page)
            if let account { query.accountID = try await Lookup(service: service).account(account).id }
            return query
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, oldest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var filters: Filters
        @Option(help: "Only those that wait (pending) or were given up (dead).") var state: State?
        @Option(help: "Shows at most so many.") var limit: Int?

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                var query = try await filters.query(state?.delivery, service)
                try await common.output.list(["id", "channel", "target", "state", "attempts", "due", "failure"], limit: limit) {
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

    /// One by its id, or all that are meant.
    struct Choice: ParsableArguments {
        @OptionGroup var filters: Filters
        @Flag(help: "All of those that the other options choose: without --state, those that were given up.") var all = false
        @Option(help: "With --all: those that wait (pending) or were given up (dead).") var state: State?
        @Argument(help: "Its id.") var delivery: String?

        func validate() throws {
            guard all == (delivery == nil) else { throw ValidationError("Give the id of a delivery, or --all") }
            guard all || (!filters.areGiven && state == nil) else {
                throw ValidationError("--account, --channel, --target, --since, --until and --state go with --all")
            }
        }

        func query(_ service: VoicemailService) async throws -> DeliveryQuery { try await filters.query((state ?? .dead).delivery, service) }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has deliveries tried at once, with all their attempts before them again.",
            discussion: "What is told too late to be of use is tried once.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var choice: Choice

        func run() async throws {
            try await common.open { installation in
                let outbox = installation.service.outbox
                if let delivery = choice.delivery {
                    let retried = try await refusing(delivery) { try await outbox.retry($0) }
                    common.output.show(retried.asDelivery, ["id", "state"])
                } else {
                    common.output.show(["retried": .int(try await outbox.retry(all: try await choice.query(installation.service)))])
                }
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets deliveries: their receivers are not told.",
            discussion: "With --all it asks before it forgets more than one.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent
        @OptionGroup var choice: Choice

        func run() async throws {
            try await common.open { installation in
                let outbox = installation.service.outbox, channels = installation.channels
                if let delivery = choice.delivery {
                    try await refusing(delivery) { try await outbox.drop($0, of: channels) }
                    common.output.show(["id": .string(delivery)])
                } else {
                    let query = try await choice.query(installation.service)
                    let count = try await outbox.count(query)
                    if count > 1 { try consent.require("forgets \(count.counted("delivery", "deliveries"))") }
                    common.output.show(["dropped": .int(try await outbox.drop(all: query, of: channels))])
                }
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells a receiver once more what has happened in a time.",
            discussion: """
                Deliveries have the ids that they had the first time, so that a receiver knows what it has already. What still waits for it is left \
                as it is. Events are kept for as many days as retention.event_days says.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var period: PeriodOptions
        @Option(help: "Of this account: id, name or realm.") var account: String
        @Option(help: ArgumentHelp("Over this, such as p-series-webhook or message-mail.", valueName: "name")) var channel: String
        @Option(help: ArgumentHelp("The receiver, as `outbox list` shows it.", valueName: "receiver")) var target: String

        func validate() throws {
            guard period.since != nil else { throw ValidationError("Say --since when") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let owner = try await Lookup(service: service).account(account)
                guard let way = installation.channels.first(where: { $0.name == channel }) else {
                    throw Refusal("nothing is carried by \(channel); there are \(installation.channels.map(\.name).joined(separator: ", "))")
                }
                do {
                    let count = try await service.outbox.replay(
                        from: period.since?.timestamp ?? service.clock.now, to: period.until?.timestamp ?? service.clock.now, of: owner.id, over: way,
                        target: target)
                    common.output.show(["replayed": .int(count)])
                } catch VoicemailError.notFound {
                    throw Refusal("nothing that happened then is for \(Terminal.typed(target)) over \(channel)")
                }
            }
        }
    }
}

/// Runs `body` on a delivery; one that is not there, or no longer, is refused by name.
private func refusing<Value>(_ id: String, _ body: (String) async throws -> Value) async throws -> Value {
    do { return try await body(id) } catch VoicemailError.notFound { throw Refusal("there is no delivery \(Terminal.typed(id))") }
}

extension Delivery {
    /// The fields that the command line prints.
    var asDelivery: JSONObject {
        [
            "id": .string(id), "account_id": .string(accountID), "channel": .string(channel), "target": .string(target),
            "event": .int(eventSerial), "state": .string(state.rawValue), "attempts": .int(attempts), "due": .string(due.iso8601),
            "failure": .string(failure), "created": .string(created.iso8601),
        ]
    }
}
