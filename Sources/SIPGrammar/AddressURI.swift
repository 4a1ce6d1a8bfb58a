/// What an address leads to: a SIP URI, a telephone number, or something that is not ours to read.
public enum AddressURI: Sendable, Hashable {
    case sip(SIPURI)
    case tel(TelURI)
    case other(scheme: String, rest: String)

    /// - Parameter bytes: nothing before it or after it.
    public init(_ bytes: some Collection<UInt8>) throws(GrammarProblem) { try self.init(ArraySlice(bytes)) }

    init(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) {
        guard bytes.allSatisfy({ !Byte.isControl($0) && !Self.excluded.contains($0) }) else { throw .value("a character that no URI has") }
        guard let colon = bytes.firstIndex(of: Byte.colon), colon > bytes.startIndex, Byte.isLetter(bytes[bytes.startIndex]) else {
            throw .value("a URI without a scheme")
        }
        let name = bytes[..<colon], rest = bytes[(colon + 1)...]
        guard name.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) || [0x2b, 0x2d, 0x2e].contains($0) }) else { throw .value("a URI without a scheme") }
        switch SIPText.lowercased(name) {
        case "sip": self = .sip(try SIPURI(rest, isSecure: false))
        case "sips": self = .sip(try SIPURI(rest, isSecure: true))
        case "tel": self = .tel(try TelURI(rest))
        case let scheme: self = .other(scheme: scheme, rest: SIPText.text(rest))
        }
    }

    /// Spaces and what stands around URIs.
    private static let excluded = Array(" <>\"".utf8)

    public var sip: SIPURI? { if case .sip(let uri) = self { uri } else { nil } }

    /// The user part, or the telephone number without its context.
    public var user: String? {
        switch self {
        case .sip(let uri): uri.user
        case .tel(let uri): uri.number
        case .other: nil
        }
    }

    /// The host of a SIP URI, or the domain that a local number's context names.
    public var host: String? {
        switch self {
        case .sip(let uri): uri.host
        case .tel(let uri): uri.context.flatMap { $0.hasPrefix("+") ? nil : $0.lowercased() }
        case .other: nil
        }
    }
}
