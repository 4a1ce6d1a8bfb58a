import HTTPFront
import HTTPTypes
import Logging
import Voicemail

/// Pages that follow what happens.
extension WebDialect {
    /// The changes of a mailbox from what a page has shown of it.
    func live(_ mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let request = visit.request, account = session.account
        let mailbox = try await service.mailboxes.heard(mailboxID, by: session.listener, in: account)
        let ticket = session.ticket.hash
        guard streams.hasRoom(session: ticket, account: account.id) else { throw WebFailure.busy }
        // Where it was when the stream before broke off, else what the page says.
        let known = request.headers[Self.lastEventID] ?? request.query["state"] ?? ""
        let stream = LiveStream(
            times: settings.live, events: events(), isMeant: { $0.concerns(mailbox) },
            state: { Self.state(of: try await service.mailboxes.tally(of: mailbox, in: account)) },
            isWelcome: { await isWelcome(in: mailboxID, request) })
        return FrontResponse(
            status: .ok, headers: [.contentType: "text/event-stream", Self.buffering: "no"],
            body: .stream(length: nil) { [streams] writer in
                guard let place = streams.enter(session: ticket, account: account.id, end: stream.end) else { return }
                defer { streams.leave(place, session: ticket, account: account.id) }
                try await stream.write(to: writer, known: known)
            })
    }

    /// Whether a session still is one, and still of somebody who listens to a mailbox.
    private func isWelcome(in mailboxID: String, _ request: FrontRequest) async -> Bool {
        do {
            let session = try await sessions.enter(request, isUse: false)
            _ = try await service.mailboxes.heard(mailboxID, by: session.listener, in: session.account)
            return true
        } catch let error as StoreError {
            request.logFailure("whether a session lasts could not be found out", error)
            return true
        } catch {
            return false
        }
    }

    /// What a mailbox is like, as far as pages follow it.
    static func state(of tally: Tally) -> String { "\(tally.new).\(tally.saved)" }

    private static let lastEventID = HTTPField.Name("Last-Event-ID")!
    /// Keeps proxies from collecting what is to be heard at once.
    private static let buffering = HTTPField.Name("X-Accel-Buffering")!
}

extension Event {
    /// Whether it is of a message of a mailbox.
    fileprivate func concerns(_ mailbox: Mailbox) -> Bool {
        switch kind {
        case .messageStored, .messageChanged, .messageRemoved: accountID == mailbox.accountID && mailboxID == mailbox.id
        default: false
        }
    }
}
