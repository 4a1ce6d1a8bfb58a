import SIP
import Voicemail

/// Where a call leads.
public struct Destination: Sendable {
    public enum Purpose: Sendable {
        case leaveMessage(Mailbox)
        case listen
    }

    public let account: Account
    public let purpose: Purpose
    /// nil where nobody is to know it.
    public let callerNumber: String?
    public let callerName: String?

    public init(account: Account, purpose: Purpose, callerNumber: String?, callerName: String?) {
        self.account = account
        self.purpose = purpose
        self.callerNumber = callerNumber
        self.callerName = callerName
    }
}

/// Finds out where a call leads.
public protocol Destinations: Sendable {
    /// - Returns: nil where it leads nowhere.
    func destination(of invitation: Invitation) async throws -> Destination?
}

extension WhichBox: Destinations {
    /// By what the request says. Whoever may call at all is trusted.
    public func destination(of invitation: Invitation) async throws -> Destination? {
        let arrival = Arrival(peer: NetworkAddress(invitation.source.host), port: Int(invitation.port), isTrusted: true)
        let decision = try await decide(invitation.message, arrival)
        let (account, purpose): (Account, Destination.Purpose)
        switch decision.outcome {
        case .deposit(let found, let mailbox): (account, purpose) = (found, .leaveMessage(mailbox))
        case .listen(let found, _): (account, purpose) = (found, .listen)
        case .notFound: return nil
        }
        return Destination(account: account, purpose: purpose, callerNumber: decision.caller.number, callerName: decision.caller.name)
    }
}
