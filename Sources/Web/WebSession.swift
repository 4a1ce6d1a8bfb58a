import HTTPFront
import HTTPTypes
import Logging
import Voicemail

extension Ticket.Kind {
    /// A session of the web page.
    static let web = Ticket.Kind(rawValue: "web")
}

/// Somebody who is logged in.
struct WebSession: Sendable {
    let ticket: Ticket
    let account: Account
    let listener: MailboxListener
    /// What each form of this session holds; one of another session, an earlier one among them, is of no use.
    let form: String

    /// nil for who came with a PIN.
    var user: User? {
        if case .user(let user) = listener { user } else { nil }
    }

    /// What he is called on a page.
    var shownName: String {
        switch listener {
        case .user(let user): user.shownName
        case .mailbox(let mailbox): WebDialect.heading(mailbox)
        }
    }
}

/// Opens, finds and ends sessions: tickets of the domain, that live as long as they are used.
struct Sessions: Sendable {
    let service: VoicemailService
    let idleSeconds: Int
    let takesPINs: Bool

    /// Sessions of one user, or of one mailbox, at once.
    static let most = 32

    /// Use is written down once in so many seconds.
    private var interval: Int { min(60, idleSeconds) }

    /// The session of a request.
    /// - Parameter isUse: whether it lives on because of this.
    /// - Throws: `WebFailure` for none, and for one that has ended.
    func enter(_ request: FrontRequest, isUse: Bool = true) async throws -> WebSession {
        guard let token = Cookie.session.value(in: request) else { throw WebFailure.logIn(hadSession: false) }
        let session = try await find(token)
        guard isUse else { return session }
        do {
            try await service.tickets.touch(session.ticket, lifetime: idleSeconds, interval: interval)
        } catch let error as StoreError {
            // On a full disk there is still something to listen to.
            request.logFailure("the use of a session could not be noted", error)
        }
        return session
    }

    private func find(_ token: String) async throws -> WebSession {
        let entry: TicketEntry
        do { entry = try await service.tickets.enter(token, .web) } catch is TicketError { throw WebFailure.logIn(hadSession: true) }
        let listener: MailboxListener
        if let user = entry.user {
            listener = .user(user)
        } else if takesPINs, let mailbox = entry.mailbox {
            listener = .mailbox(mailbox)
        } else {
            throw WebFailure.logIn(hadSession: true)
        }
        return WebSession(ticket: entry.ticket, account: entry.account, listener: listener, form: form(of: token))
    }

    /// Opens one, under a token that nobody has had before; one that the browser had ends.
    /// - Returns: the token.
    func open(for listener: MailboxListener, by request: FrontRequest) async throws -> String {
        if let old = Cookie.session.value(in: request) { try await service.tickets.close(hash: service.secrets.fingerprint(old)) }
        let token = Cookie.newValue()
        let details: JSONObject = [
            Self.fromKey: .string(request.remote), Self.browserKey: .string(BrowserName.of(request.headers[.userAgent] ?? "")),
        ]
        try await service.tickets.open(token, .web, for: listener, lifetime: idleSeconds + interval, details: details, atMost: Self.most)
        return token
    }

    func close(_ session: WebSession) async throws { try await service.tickets.close(hash: session.ticket.hash) }

    /// When it was last used, to the minute.
    func lastUse(_ ticket: Ticket) -> Timestamp { max(ticket.created, ticket.expires.advanced(by: -(idleSeconds + interval))) }

    /// What a ticket keeps of where it was opened.
    static let fromKey = "from", browserKey = "browser"

    /// What the login form of a visit holds.
    func form(ofVisit visit: String) -> String { service.secrets.fingerprint("web visit " + visit) }

    private func form(of token: String) -> String { service.secrets.fingerprint("web form " + token) }
}
