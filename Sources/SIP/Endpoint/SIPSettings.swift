/// Where calls are taken, from whom, and how many.
public struct SIPSettings: Sendable {
    /// An address of this machine, in numbers. Port 0 lets the system choose.
    public var address: PeerAddress
    /// Whether another port will do where that one is taken.
    public var mayMove = false
    /// The address that other sides are told to send sound to, where it is not the one that they reached.
    public var advertised: String?
    public var ports: ClosedRange<UInt16> = 20_000...29_999
    public var limits = CallLimits()
    /// Whether sound goes to where it comes from, and not to where the description says: ways through NAT need it.
    public var isSymmetric = true
    /// Who may call. What others send is dropped without a word.
    public var trusts: @Sendable (PeerAddress) -> Bool
    /// Named in answers.
    public var software = "Aftertone"

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
    /// Seconds.
    public var longestCall = 3600
    /// Seconds after which a call that was refused for any of these is worth another try.
    public var retrySeconds = 10

    public init() {}
}

public enum SIPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The address cannot be listened on.
    case cannotListen(String, code: Int32)
    case noAddress(String)
    /// The library refused to start.
    case failed(code: Int32)

    public var description: String {
        switch self {
        case .cannotListen(let address, let code): "cannot take calls on \(address) (error \(code))"
        case .noAddress(let text): "\(text) is no address of this machine in numbers"
        case .failed(let code): "the SIP stack did not start (error \(code))"
        }
    }
}
