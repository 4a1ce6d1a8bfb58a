import Voicemail

/// The messages that a command names, by the mailboxes that they are in.
struct NamedMessages {
    struct Part {
        let account: Account
        let mailboxID: String
        var ids: [String] = []
    }

    private(set) var parts: [Part] = []

    /// - Throws: `Refusal` for one that is not there, before anything is done with another.
    init(_ references: [String], _ lookup: Lookup, find: (String) async throws -> Message) async throws {
        var places: [String: Int] = [:]
        for reference in references {
            let message = try await find(reference)
            if let place = places[message.mailboxID] {
                if !parts[place].ids.contains(message.monthID) { parts[place].ids.append(message.monthID) }
                continue
            }
            places[message.mailboxID] = parts.count
            parts.append(Part(account: try await lookup.account(message.accountID), mailboxID: message.mailboxID, ids: [message.monthID]))
        }
    }

    /// Does something with each part.
    /// - Returns: what came of each message, and of those with which nothing was done, why.
    func change(_ body: (Part) async throws -> BatchOutcome) async throws -> Outcome {
        var outcome = Outcome()
        for part in parts {
            let done = try await body(part)
            let failed = Set(done.failed.map(\.id))
            outcome.succeeded += zip(part.ids.filter { !failed.contains($0) }, done.succeeded).map { (id: $0, result: $1) }
            outcome.failed += done.failed
        }
        return outcome
    }

    struct Outcome {
        /// By what they were called; a moved message is another one afterwards.
        var succeeded: [(id: String, result: String)] = []
        var failed: [(id: String, reason: BatchOutcome.Reason)] = []

        /// - Throws: `Refusal` when something was not done.
        func requireAll() throws {
            guard let first = failed.first else { return }
            let reason =
                switch first.reason {
                case .notFound: "is not there any more"
                case .priorToRetention: "is older than retention allows to change"
                case .held: "is under legal hold"
                }
            let others = failed.count > 1 ? ", and so on for \((failed.count - 1).counted("other"))" : ""
            throw Refusal("\(first.id) \(reason)\(others)")
        }
    }
}
