/// Where calls are taken, from whom, and how many.
public struct SIPSettings: Sendable {
    /// In numbers; for all addresses of this machine `0.0.0.0` or `::`. Port 0 lets the system choose.
    public var address: PeerAddress
    /// Whether another port will do where that one is taken.
    public var mayMove = false
    /// Where calls are taken over TLS as well; nil for nowhere.
    public var tls: TLSListener?
    /// The address that other sides are told, where it is not the one that they reached.
    public var advertised: String?
    public var ports: ClosedRange<UInt16> = 20_000...29_999
    public var limits = CallLimits()
    /// Whether sound goes to where it comes from, and not to where the description says: ways through NAT need it.
    public var isSymmetric = true
    /// In what sound is taken; of these the one that the other side likes best. In an offer of ours the first is first.
    public var formats = SoundFormat.allCases
    /// Whether sound is encrypted.
    public var encryption = SoundEncryption.optional
    /// The peers that may call without a password.
    public var trusts: @Sendable (PeerAddress) -> Bool
    /// What becomes of others.
    public var strangers = StrangersTreatment.drop
    public var logins = PeerLogins()
    /// Asked for the names of hosts that calls say their further requests are for; empty for those of the system.
    public var nameServers: [PeerAddress] = []
    /// Named in answers.
    public var software = "Aftertone"
    /// What calls go by; nil for the clock.
    var ticker: Ticker?
    /// The clock of calls has made a step of twenty milliseconds, so many seconds late. Called on the loop's thread, as `report` is.
    public var stepped: @Sendable (Double) -> Void = { _ in }
    /// Shown what comes and goes.
    public var trace: MessageTrace?
    /// Told of what goes wrong. Called on the loop's thread: it must not wait for anything.
    public var report: @Sendable (SIPEvent) -> Void = { _ in }

    public init(address: PeerAddress, trusts: @escaping @Sendable (PeerAddress) -> Bool) {
        self.address = address
        self.trusts = trusts
    }
}

/// How many calls there may be.
public struct CallLimits: Sendable, Hashable {
    /// At once.
    public var calls = 500
    public var callsOfPeer = 500
    public var callsPerSecond = 100
    /// Messages of those who are not trusted that are looked at.
    public var strangersPerSecond = 100
    /// Over TCP and TLS at once.
    public var connections = 500
    public var connectionsOfPeer = 100
    /// Seconds.
    public var longestCall = 3600
    /// Seconds without a packet after which the other side is asked whether it is still there.
    public var quietSeconds = 30
    /// Seconds that the other side has for an answer to that (RFC 3261 §17.1.2.2).
    public var answerSeconds = 32
    /// Seconds after which a call that was refused for any of these is worth another try.
    public var retrySeconds = 10

    public init() {}
}

/// Where calls are taken over TLS.
public struct TLSListener: Sendable, Hashable {
    /// In numbers. Port 0 lets the system choose.
    public var address: PeerAddress
    public var identity: TLSIdentity

    public init(address: PeerAddress, identity: TLSIdentity) {
        self.address = address
        self.identity = identity
    }
}

/// Our identity over TLS, in PEM: the certificate first and its chain after it; the key without a passphrase.
public struct TLSIdentity: Sendable, Hashable {
    public var certificates: [UInt8]
    public var key: [UInt8]

    public init(certificates: [UInt8], key: [UInt8]) {
        self.certificates = certificates
        self.key = key
    }
}

/// Whether sound is encrypted (SRTP with keys in the descriptions, RFC 4568).
public enum SoundEncryption: String, Sendable, Hashable, CaseIterable {
    /// Never: a call that asks for it is refused.
    case off
    /// As the call asks for it.
    case optional
    /// Always: a call without is refused.
    case required
}
