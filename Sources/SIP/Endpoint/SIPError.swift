public enum SIPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The address cannot be listened on.
    case cannotListen(String, code: Int32)
    case noAddress(String)
    /// libre takes connections there that are not looked at.
    case unguarded(String)
    /// The certificate or its key cannot be used.
    case certificate(code: Int32)
    /// The library refused to start.
    case failed(code: Int32)

    public var description: String {
        switch self {
        case .cannotListen(let address, let code): "cannot take calls on \(address) (error \(code))"
        case .noAddress(let text): "\(text) is no address of this machine in numbers"
        case .unguarded(let address): "the SIP library takes connections on \(address) by itself, which would let anybody in"
        case .certificate(let code): "the certificate for calls cannot be used, or the key is not its key (error \(code))"
        case .failed(let code): "the SIP stack did not start (error \(code))"
        }
    }
}
