import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// One request after the front and the envelope were taken apart: what an endpoint sees. A class, for the reason that a `FrontRequest` is one.
final class KazooCall: Sendable {
    let request: FrontRequest
    let route: KazooRoute
    /// The method in force, after tunnelling (K§2.8).
    let method: HTTPRequest.Method
    let envelope: RequestEnvelope
    let contentType: RequestContentType
    /// Set where the route needs a token, and where one was presented.
    let caller: Principal?
    /// The token as presented, to be echoed.
    let token: String?
    /// The account the path names, or the token's.
    let account: Account?
    /// The mailbox whose messages the path names, where it was looked up with the account.
    let mailbox: Mailbox?
    /// What the path and the query ask for, where it was read with the account.
    let early: EarlyRead?

    init(
        request: FrontRequest, route: KazooRoute, method: HTTPRequest.Method, envelope: RequestEnvelope, contentType: RequestContentType, caller: Principal?,
        token: String?, account: Account?, mailbox: Mailbox? = nil, early: EarlyRead? = nil
    ) {
        self.request = request
        self.route = route
        self.method = method
        self.envelope = envelope
        self.contentType = contentType
        self.caller = caller
        self.token = token
        self.account = account
        self.mailbox = mailbox
        self.early = early
    }

    /// A request value: in `data`, then in the query, then at the top of the envelope (K§2.3).
    func value(_ name: String) -> JSON? {
        envelope.data[name] ?? request.query[name].map { .string($0) } ?? envelope.top[name]
    }

    /// A request value as text.
    func text(_ name: String) -> String? { value(name)?.text }

    /// A request value that says yes.
    func flag(_ name: String) -> Bool? {
        switch text(name)?.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    /// Whether the client wants what the route answers (K§2.9).
    var isAnswerable: Bool {
        let wanted = Negotiation(request)
        switch route {
        case .messageAudio where method == .get: return wanted.acceptsAudio
        case .greetingAudio where method == .get: return wanted.acceptsAudio
        case .greeting where method == .get && wanted.namesAudio: return true
        case .archive: return wanted.acceptsZip
        default: return wanted.format != nil
        }
    }

    /// The account of a route that names one; judged before any endpoint runs.
    func requireAccount() throws -> Account {
        guard let account else { throw KazooFailure.unauthenticated }
        return account
    }

    func requireCaller() throws -> Principal {
        guard let caller else { throw KazooFailure.unauthenticated }
        return caller
    }

    /// The id a client chose for what it creates.
    var chosenID: String? { envelope.data["id"]?.string }
}
