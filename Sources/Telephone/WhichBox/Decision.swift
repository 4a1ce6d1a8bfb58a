import Voicemail

/// What becomes of a call, and why.
public struct Decision: Sendable {
    public enum Outcome: Sendable {
        /// The caller leaves a message.
        case deposit(Account, Mailbox)
        /// Somebody listens to a mailbox: to this one, or to one that is asked for.
        case listen(Account, Mailbox?)
        /// Refused, with 404.
        case notFound
    }

    public let outcome: Outcome
    /// What decided; nil for a default and a refusal.
    public let source: BoxSource?
    /// Why the call was forwarded, where it says so.
    public let reason: ForwardingReason?
    public let caller: Caller
    /// What was looked at, in order.
    public let steps: [Step]
    /// The same about the caller.
    public let callerSteps: [Step]

    /// A header that was looked at, and what came of it.
    public struct Step: Sendable, Hashable, CustomStringConvertible {
        public let header: String
        public let finding: String

        public init(header: String, finding: String) {
            self.header = header
            self.finding = finding
        }

        public var description: String { "\(header): \(finding)" }
    }

    /// The account whose mailbox the call is for; nil for a refusal.
    public var account: Account? {
        switch outcome {
        case .deposit(let account, _), .listen(let account, _): account
        case .notFound: nil
        }
    }

    public var mailbox: Mailbox? {
        switch outcome {
        case .deposit(_, let mailbox): mailbox
        case .listen(_, let mailbox): mailbox
        case .notFound: nil
        }
    }
}
