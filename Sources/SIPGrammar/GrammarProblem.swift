/// Why something is no message of SIP, or one that is not to be taken.
public enum GrammarProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nothing but line ends: what keeps a mapping of a router open.
    case keepAlive
    /// A first line that no message of SIP has.
    case notSIP
    case startLine(String)
    case version(String)
    case statusCode(String)
    case tooLarge(String, limit: Int)
    /// A line that is no header field.
    case noHeader(String)
    case missing(String)
    case repeated(String)
    /// A header field whose value breaks its grammar.
    case header(String, String)
    case contentLength(String)
    case methodMismatch(cseq: String)
    case scheme(String)
    /// A URI, an address or a parameter that breaks its grammar.
    case value(String)

    public var description: String {
        switch self {
        case .keepAlive: "nothing but line ends"
        case .notSIP: "the first line is not one of SIP's"
        case .startLine(let reason): "first line: \(reason)"
        case .version(let version): "version \(version) is not SIP/2.0"
        case .statusCode(let code): "status code \(code)"
        case .tooLarge(let what, let limit): "\(what): more than \(limit)"
        case .noHeader(let line): "a line that is no header field: \(line)"
        case .missing(let name): "\(name) is missing"
        case .repeated(let name): "\(name) is there more than once"
        case .header(let name, let reason): "\(name): \(reason)"
        case .contentLength(let reason): "Content-Length: \(reason)"
        case .methodMismatch(let cseq): "the method of CSeq, \(cseq), is not that of the first line"
        case .scheme(let scheme): "URI scheme \(scheme) is not known"
        case .value(let reason): reason
        }
    }

    /// What RFC 3261 has answered to a request with it; nil for what is passed over in silence.
    var status: RefusalStatus? {
        switch self {
        case .keepAlive, .notSIP, .statusCode: nil
        case .version: .versionNotSupported
        case .tooLarge("message", _), .tooLarge("body", _): .tooLarge
        case .scheme: .unsupportedScheme
        default: .badRequest
        }
    }
}

/// The answers that grammar alone decides.
public enum RefusalStatus: Int, Sendable, Hashable {
    case badRequest = 400
    case unsupportedScheme = 416
    case versionNotSupported = 505
    case tooLarge = 513

    var reason: String {
        switch self {
        case .badRequest: "Bad Request"
        case .unsupportedScheme: "Unsupported URI Scheme"
        case .versionNotSupported: "Version Not Supported"
        case .tooLarge: "Message Too Large"
        }
    }
}
