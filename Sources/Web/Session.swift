import HTTPFront
import Logging
import Voicemail

extension Ticket.Kind {
    /// A session of the web page.
    static let web = Ticket.Kind(rawValue: "web")
}

/// Somebody who is logged in.
struct Session: Sendable {
    let ticket: Ticket
    let account: Account
    let user: User
    /// What each form of this session holds; one of another session, an earlier one among them, is of no use.
    let form: String
}

/// Opens, finds and ends sessions: tickets of the domain, that live as long as they are used.
struct Sessions: Sendable {
    let service: VoicemailService
    let idleSeconds: Int

    /// Use is written down once in so many seconds.
    private var interval: Int { min(60, idleSeconds) }

    /// The session of a request.
    /// - Throws: `WebFailure` for none, and for one that has ended.
    func enter(_ request: FrontRequest) async throws -> Session {
        guard let token = Cookie.session.value(in: request) else { throw WebFailure.logIn(hadSession: false) }
        let entry: TicketEntry
        do { entry = try await service.tickets.enter(token, .web) } catch is TicketError { throw WebFailure.logIn(hadSession: true) }
        guard let user = entry.user else { throw WebFailure.logIn(hadSession: true) }
        do {
            try await service.tickets.touch(entry.ticket, lifetime: idleSeconds, interval: interval)
        } catch let error as StoreError {
            // On a full disk there is still something to listen to.
            request.logFailure("the use of a session could not be noted", error)
        }
        return Session(ticket: entry.ticket, account: entry.account, user: user, form: form(of: token))
    }

    /// Opens one, under a token that nobody has had before; one that the browser had ends.
    /// - Returns: the token.
    func open(for user: User, in account: Account, replacing request: FrontRequest) async throws -> String {
        if let old = Cookie.session.value(in: request) { try await service.tickets.close(hash: service.secrets.fingerprint(old)) }
        let token = Cookie.newValue()
        try await service.tickets.open(token, TicketDraft(.web, accountID: account.id, userID: user.id, lifetime: idleSeconds + interval))
        return token
    }

    func close(_ session: Session) async throws { try await service.tickets.close(hash: session.ticket.hash) }

    /// What the login form of a visit holds.
    func form(ofVisit visit: String) -> String { service.secrets.fingerprint("web visit " + visit) }

    private func form(of token: String) -> String { service.secrets.fingerprint("web form " + token) }
}
