import Voicemail

/// Which account the calls of a peer, or those that come to a port of ours, are for: `ACCOUNT=192.0.2.0/24` or `ACCOUNT=:5062`. Where several
/// rules fit a call, the realm that it names chooses among their accounts.
public struct AccountRule: Sendable, Hashable {
    private enum Match: Sendable, Hashable { case peer(NetworkRange), port(Int) }

    /// By id, realm or name.
    public let account: String
    private let match: Match

    /// - Returns: nil for what is no rule.
    public init?(_ text: String) {
        guard let equals = text.lastIndex(of: "="), equals > text.startIndex else { return nil }
        let right = text[text.index(after: equals)...]
        if right.hasPrefix(":") {
            guard let port = Int(right.dropFirst()), (1...65_535).contains(port) else { return nil }
            match = .port(port)
        } else {
            guard let range = NetworkRange(String(right)) else { return nil }
            match = .peer(range)
        }
        account = String(text[..<equals])
    }

    func fits(_ arrival: Arrival) -> Bool {
        switch match {
        case .peer(let range): arrival.peer.map(range.contains) ?? false
        case .port(let port): arrival.port == port
        }
    }
}

/// Where an INVITE came from, and where to.
public struct Arrival: Sendable, Hashable {
    /// nil where it is not known.
    public var peer: NetworkAddress?
    /// Ours.
    public var port: Int?
    /// Whether the peer's word about a caller is taken.
    public var isTrusted: Bool

    public init(peer: NetworkAddress? = nil, port: Int? = nil, isTrusted: Bool) {
        self.peer = peer
        self.port = port
        self.isTrusted = isTrusted
    }
}
