/// The origin of a message. It alone decides what the mailbox that it names must allow, and whether anybody is told. What members of a broadcasting group
/// must allow is the same for all (`StoreReader.takers`).
public enum DepositOrigin: Sendable, Hashable {
    /// A caller, by telephone: the mailbox must be on and have room, and those who want to hear of new messages do.
    case call
    /// A client of an interface, which files what it has. No rule of calls holds for it unless its interface says so. Others are told if it says so;
    /// where it says nothing (nil), as its account does, else the server: nobody, unless that was set (K§7.3, K§11).
    case client(isJudged: Bool, tells: Bool? = nil)
    /// An administrator, by command: the mailbox must be on. Who is told follows as from a client.
    case administrator(tells: Bool?)

    /// Of what is here already and is filed elsewhere, sent on, or handed on by a group.
    static let filing = DepositOrigin.client(isJudged: false)

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
