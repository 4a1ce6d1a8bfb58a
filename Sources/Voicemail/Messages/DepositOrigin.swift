/// The origin of a message. It alone decides what the mailbox that it names must allow, and whether anybody is told. What members of a broadcasting group
/// must allow is the same for all (`StoreReader.takers`).
public enum DepositOrigin: Sendable, Hashable {
    /// A caller, by telephone: the mailbox must be on and have room, and those who want to hear of new messages do.
    case call
    /// A client of an interface whose rules are those of calls: the mailbox must be on and have room. Others are told if the client says so; where it
    /// says nothing (nil), as its account does, else the server: nobody, unless that was set (K§7.3, K§11).
    case client(tells: Bool? = nil)
    /// A client of an interface that files what it has, whatever the mailbox takes of callers; and messages that are here already and are sent on or
    /// handed on by a group. Who is told follows as from any client.
    case filing(tells: Bool? = nil)
    /// An administrator, by command: the mailbox must be on. Who is told follows as from a client.
    case administrator(tells: Bool?)

    /// Whether the mailbox must take messages at all.
    var needsEnabled: Bool {
        switch self {
        case .call, .client, .administrator: true
        case .filing: false
        }
    }

    /// Whether the mailbox must have fewer messages than it may.
    var needsRoom: Bool {
        switch self {
        case .call, .client: true
        case .filing, .administrator: false
        }
    }

    /// Whether those who want to hear of new messages are told.
    func isAnnounced(in account: Account, _ limits: Limits) -> Bool {
        switch self {
        case .call: true
        case .client(let tells), .filing(let tells), .administrator(let tells): tells ?? account.notifiesOfClientMessages ?? limits.notifiesOfClientMessages
        }
    }
}
