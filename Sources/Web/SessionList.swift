import HTTPFront
import HTTPTypes
import Voicemail

/// Where somebody is logged in, and ending that.
extension WebDialect {
    private static let outcomes: Set<String> = ["ended", "password", "language"]

    /// Texts that this page is told by the address.
    static let sessionTexts = Set(outcomes.map { "told_" + $0 } + OwnLoginWrong.allCases.map(\.rawValue))

    /// Digits of a session's hash that name it among those of one user.
    private static let nameLength = 16

    func sessionList(_ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        guard visit.request.method == .post else { return try await sessionPage(session, visit) }
        let form = try await form(of: visit, session), words = (form["do"] ?? "").split(separator: " ")
        switch (words.first, words.count) {
        case ("end"?, 2):
            let ended = try await service.tickets.close(of: session.listener, .web) { $0.hash.prefix(Self.nameLength) == words[1] }
            guard ended > 0 else { throw WebFailure.notFound }
            return visit.redirect(to: "sessions?told=ended")
        case ("all"?, 1):
            try await service.tickets.close(of: session.listener, .web)
            return leave(session, visit, "all")
        case ("password"?, 1):
            guard let user = session.user else { throw WebFailure.malformed(400) }
            do { return try await changePassword(form, user, session, visit) } catch let wrong as OwnLoginWrong {
                return try await sessionPage(session, visit, wrong)
            }
        case ("language"?, 1):
            guard let user = session.user else { throw WebFailure.malformed(400) }
            try await changeLanguage(form, user, session.account)
            return visit.redirect(to: "sessions?told=language")
        default: throw WebFailure.malformed(400)
        }
    }

    private func sessionPage(_ session: WebSession, _ visit: PageVisit, _ wrong: OwnLoginWrong? = nil) async throws -> FrontResponse {
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: service.mailboxes.timeZone(of: session.account))
        let living = try await service.tickets.living(of: session.listener, .web)
        var values: [String: Any] = [
            "title": "t.sessions",
            "sessions": living.reversed().map { self.values(of: $0, isThis: $0.hash == session.ticket.hash, times) },
        ]
        if let told = visit.request.query["told"], Self.outcomes.contains(told) { values.merge(["told": true, "told_text": "t.told_" + told]) { $1 } }
        if let user = session.user { values.merge(ownLogin(user)) { $1 } }
        if let wrong { values.merge(["wrong": true, "wrong_text": "t." + wrong.rawValue]) { $1 } }
        return visit.page(.sessions, values, status: wrong == nil ? .ok : wrong == .locked ? .tooManyRequests : .badRequest)
    }

    private func values(of ticket: Ticket, isThis: Bool, _ times: ShownTimes) -> [String: Any] {
        let used = sessions.lastUse(ticket)
        var values: [String: Any] = [
            "session_id": String(ticket.hash.prefix(Self.nameLength)), "is_this": isThis, "since": ticket.created.iso8601,
            "since_shown": times.text(ticket.created), "used": used.iso8601, "used_shown": times.text(used),
        ]
        if let browser = ticket.details[Sessions.browserKey]?.string, !browser.isEmpty { values["browser"] = browser }
        if let from = ticket.details[Sessions.fromKey]?.string, !from.isEmpty { values["from"] = from }
        return values
    }
}
