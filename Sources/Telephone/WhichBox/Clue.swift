import SIPGrammar

/// Something in an INVITE that may tell the mailbox: a user, and where it says that he is.
struct Clue: Sendable, Hashable {
    let user: String
    /// What the user part names itself (`200%40acme.example`): no other account will do.
    let tenant: String?
    /// Hosts of URIs, which may be realms and mostly are addresses.
    let hosts: [String]
    /// An extension that a telephone number has beside it.
    var extensionNumber: String?
    var reason: ForwardingReason?

    /// What it was read from, to be shown.
    let text: String

    init(user: String, hosts: [String], extensionNumber: String? = nil, reason: ForwardingReason? = nil) {
        text = hosts.first.map { user + "@" + $0 } ?? user
        // Parameters of a telephone number that stands in a SIP URI (RFC 3261 §19.1.6).
        let pieces = user.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        let halves = (pieces.first ?? "").split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.user = halves.first ?? ""
        tenant = halves.count == 2 ? halves[1].lowercased() : nil
        self.hosts = hosts
        self.extensionNumber = extensionNumber ?? pieces.dropFirst().first { $0.lowercased().hasPrefix("ext=") }.map { String($0.dropFirst(4)) }
        self.reason = reason
    }

    /// nil for an address without a user.
    init?(_ uri: AddressURI, reason: ForwardingReason? = nil) {
        guard let user = uri.user, !user.isEmpty else { return nil }
        var extensionNumber: String?
        if case .tel(let number) = uri { extensionNumber = number.extensionNumber }
        self.init(user: user, hosts: uri.host.map { [$0] } ?? [], extensionNumber: extensionNumber, reason: reason)
    }
}

/// Why a call was forwarded.
public enum ForwardingReason: String, Sendable, Hashable {
    case busy, noAnswer = "no answer", unconditional, unavailable, deflected

    /// A status code of SIP, as RFC 4458 and the Reason header name it.
    init?(status: Int) {
        switch status {
        case 486, 600: self = .busy
        case 408, 480, 487: self = .noAnswer
        case 302: self = .unconditional
        case 503, 404: self = .unavailable
        case 603: self = .deflected
        default: return nil
        }
    }

    /// A word of Diversion (RFC 5806), and what dialplans of Asterisk make of it: `no_answer`, `cfb`.
    init?(diversion word: String) {
        switch word.lowercased().replacing("_", with: "-") {
        case "user-busy", "cfb": self = .busy
        case "no-answer", "cfnr": self = .noAnswer
        case "unconditional", "follow-me", "cfu": self = .unconditional
        case "unavailable", "out-of-service", "away", "do-not-disturb": self = .unavailable
        case "deflection": self = .deflected
        default: return nil
        }
    }

    /// A Reason header (RFC 3326): `SIP;cause=486`, `Q.850;cause=17`.
    init?(reason text: String) {
        let pieces = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\"" } }
        guard let cause = pieces.first(where: { $0.hasPrefix("cause=") }).flatMap({ Int($0.dropFirst(6)) }) else { return nil }
        if pieces.first == "q.850" {
            switch cause {
            case 17: self = .busy
            case 18, 19: self = .noAnswer
            case 20, 27: self = .unavailable
            default: return nil
            }
        } else {
            self.init(status: cause)
        }
    }
}
