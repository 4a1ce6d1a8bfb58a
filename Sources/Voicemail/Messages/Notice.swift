/// What became of telling one receiver of a message by mail, kept with the message.
public struct Notice: Sendable, Hashable {
    public enum Outcome: String, Sendable, CaseIterable {
        /// The mail server has taken the mail over.
        case sent
        /// Given up.
        case failed
        /// Not sent: the receiver, the mailbox or the message was gone.
        case withdrawn
    }

    /// His mail address.
    public let receiver: String
    public let outcome: Outcome
    public let at: Timestamp

    public init(receiver: String, outcome: Outcome, at: Timestamp) {
        self.receiver = receiver
        self.outcome = outcome
        self.at = at
    }

    /// As notices are stored and shown.
    public static func json(_ notices: [Notice]) -> JSON {
        .array(notices.map { ["to": .string($0.receiver), "outcome": .string($0.outcome.rawValue), "at": .int($0.at.unix)] })
    }

    /// Reads what `json` has written; elements that are no notice are left out.
    public static func list(_ json: JSON) -> [Notice] {
        (json.array ?? []).compactMap { item in
            guard let receiver = item["to"]?.string, let outcome = item["outcome"]?.string.flatMap(Outcome.init), let at = item["at"]?.int else { return nil }
            return Notice(receiver: receiver, outcome: outcome, at: Timestamp(unix: at))
        }
    }
}

extension Message {
    /// Takes down what became of telling a receiver, in place of what was known of him before.
    mutating func note(_ notice: Notice) {
        notices.removeAll { $0.receiver == notice.receiver }
        notices.append(notice)
    }
}
