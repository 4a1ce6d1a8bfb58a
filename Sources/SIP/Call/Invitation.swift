import SIPGrammar

/// What a call came with.
public struct Invitation: Sendable, Hashable {
    public let message: SIPMessage
    public let source: PeerAddress
    /// Ours that it came to.
    public let port: UInt16
    /// `UDP`, `TCP`.
    public let transport: String

    public var callID: String { message.callID }
}

/// Why a call is not taken.
public enum CallRefusal: Sendable, Hashable {
    /// Nobody here is called that.
    case notFound
    /// Not now; worth another try after some seconds.
    case unavailable(seconds: Int)
    case forbidden
    /// Something went wrong here.
    case failed

    var code: UInt16 {
        switch self {
        case .notFound: 404
        case .unavailable: 503
        case .forbidden: 403
        case .failed: 500
        }
    }

    var reason: String {
        switch self {
        case .notFound: "Not Found"
        case .unavailable: "Service Unavailable"
        case .forbidden: "Forbidden"
        case .failed: "Server Internal Error"
        }
    }

    var headers: String {
        if case .unavailable(let seconds) = self { "Retry-After: \(seconds)\r\n" } else { "" }
    }
}

/// How a call ended.
public enum CallEnding: String, Sendable, Hashable {
    /// The other side hung up.
    case caller
    /// The other side gave up before there was an answer.
    case cancelled
    /// We hung up.
    case us
    /// We did not take it.
    case refused
    /// The other side did not answer any more.
    case lost
}
