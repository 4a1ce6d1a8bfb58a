/// A caller's messages and recordings in an account, and which of them were removed.
public struct Erasure: Sendable, Hashable {
    public let accountID: String
    /// Messages that he left, those in the trash too, by `monthID`.
    public var messages: [String] = []
    /// Ids of recordings of calls that he made or took.
    public var recordings: [String] = []
    /// What others were to be told, and were told, of them.
    public var events = 0
    public var deliveries = 0
    /// Entries of the audit log beside which his number stood.
    public var notes = 0

    public var isEmpty: Bool { messages.isEmpty && recordings.isEmpty && events == 0 && deliveries == 0 && notes == 0 }
}

/// A number in whatever form it was stored, and where it is spoken of.
struct ErasedNumber: Sendable {
    private let plan: NumberPlan
    private let canonical: String

    init(_ number: String, _ plan: NumberPlan) {
        self.plan = plan
        canonical = plan.canonical(number)
    }

    /// Whether a number or an address is his.
    func isMeant(_ text: String) -> Bool {
        guard !text.isEmpty else { return false }
        if plan.canonical(text) == canonical { return true }
        guard let at = text.firstIndex(of: "@") else { return false }
        let user = text[..<at]
        return plan.canonical(user.hasPrefix("sip:") ? String(user.dropFirst(4)) : String(user)) == canonical
    }

    func isMeant(_ message: Message) -> Bool { isMeant(message.callerNumber) || isMeant(message.from) }

    func isMeant(_ recording: Recording) -> Bool { isMeant(recording.callerNumber) || isMeant(recording.calleeNumber) }

    /// Whether any text in it is his number.
    func isMentioned(in json: JSON) -> Bool {
        switch json {
        case .string(let text): isMeant(text)
        case .array(let items): items.contains(where: isMentioned)
        case .object(let members): members.contains { isMentioned(in: $0.value) }
        default: false
        }
    }
}
