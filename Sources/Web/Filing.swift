import HTTPFront
import HTTPTypes
import Voicemail

/// What a form asks to be done with messages.
struct Filing: Sendable {
    enum Deed: Hashable, Sendable {
        case file(Shelf)
        /// Out of the trash, for good as far as the owner can see.
        case remove

        init?(_ word: some StringProtocol) {
            if word == "gone" { self = .remove } else if let shelf = Shelf(rawValue: String(word)) { self = .file(shelf) } else { return nil }
        }

        var word: String {
            switch self {
            case .file(let shelf): shelf.rawValue
            case .remove: "gone"
            }
        }
    }

    let deed: Deed
    /// As the button names it; empty where it means those that are chosen.
    var ids: [String]

    /// `saved` for those that are chosen, or `saved` and a message's id.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, words.count <= 2, let deed = Deed(first) else { return nil }
        self.deed = deed
        ids = words.dropFirst().map(String.init)
    }

    /// Words for what was done, of which there is a text.
    static let outcomes: Set<String> = Set(Shelf.allCases.map(\.rawValue) + ["gone", "none"])
}

/// Filing messages, deleting them and bringing them back.
extension WebDialect {
    func file(messagesOf mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let form = try await form(of: visit, session)
        let mailbox = try await service.mailboxes.heard(mailboxID, by: session.listener, in: session.account)
        guard var filing = form["do"].flatMap(Filing.init) else { throw WebFailure.malformed(400) }
        if filing.ids.isEmpty { filing.ids = Array(Set(form.all("message"))) }
        let from = form["from"].flatMap(Shelf.init) ?? .new
        let start = Search(form).parameters + (form["start"].flatMap { MessagePosition(web: $0) }.map { ["start=" + $0.webKey] } ?? [])
        let place = "boxes/\(mailbox.id)/\(from.rawValue)?"
        guard !filing.ids.isEmpty else { return visit.redirect(to: place + (start + ["told=none"]).joined(separator: "&")) }
        let outcome = try await apply(filing, to: mailbox, session.account)
        if outcome.succeeded.isEmpty, filing.ids.count == 1 { throw WebFailure.notFound }
        var parameters = start + ["told=" + filing.deed.word]
        if !outcome.failed.isEmpty { parameters.append("left=1") }
        if case .file(let shelf) = filing.deed, shelf != from, let only = outcome.succeeded.first, filing.ids.count == 1 {
            parameters.append("undo=\(from.rawValue)+\(only)")
        }
        return visit.redirect(to: place + parameters.joined(separator: "&"))
    }

    private func apply(_ filing: Filing, to mailbox: Mailbox, _ account: Account) async throws -> BatchOutcome {
        switch filing.deed {
        case .file(let shelf): try await service.messages.file(filing.ids, of: mailbox.id, in: shelf.folder, account: account)
        case .remove: try await service.messages.remove(filing.ids, of: mailbox.id, account: account)
        }
    }
}
