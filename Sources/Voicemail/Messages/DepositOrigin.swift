/// The origin of a message. It alone decides what the mailbox must allow and whether anybody is told.
public enum DepositOrigin: Sendable, Hashable {
    /// A caller, by telephone: the mailbox must be on and have room, and those who want to hear of new messages do.
    case call
    /// A client of an interface, which files what it has. No rule of calls holds for it unless its interface says so. Others are told if it says so;
    /// where it says nothing (nil), as its account does, else the server: nobody, unless that was set (K§7.3, K§11).
    case client(isJudged: Bool, tells: Bool? = nil)
    /// An administrator, by command: the mailbox must be on. Who is told follows as from a client.
    case administrator(tells: Bool?)

    /// Whether the mailbox must take messages at all.
    var needsEnabled: Bool {
        switch self {
        case .call, .administrator: true
        case .client(let isJudged, _): isJudged
        }
    }

    /// Whether the mailbox must have fewer messages than it may.
    var needsRoom: Bool {
        switch self {
        case .call: true
        case .client(let isJudged, _): isJudged
        case .administrator: false
        }
    }

    /// Whether those who want to hear of new messages are told.
    func isAnnounced(in account: Account, _ limits: Limits) -> Bool {
        switch self {
        case .call: true
        case .client(_, let tells), .administrator(let tells): tells ?? account.notifiesOfClientMessages ?? limits.notifiesOfClientMessages
        }
    }
}
