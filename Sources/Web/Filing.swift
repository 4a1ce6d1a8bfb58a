import HTTPFront
import HTTPTypes
import Voicemail

/// What a form asks to be done with messages.
struct Filing: Sendable {
    enum Deed: Hashable, Sendable {
        case file(ShownFolder)
        /// Out of the trash, for good as far as the owner can see.
        case remove
        /// To ask which mailbox they are to be sent to.
        case send
        /// Into another mailbox as well, or instead.
        case copy, move
        /// All in one file.
        case zip

        private static let words: [String: Deed] = [
            "new": .file(.new), "saved": .file(.saved), "trash": .file(.trash), "gone": .remove, "send": .send, "copy": .copy, "move": .move, "zip": .zip,
        ]

        init?(_ word: some StringProtocol) {
            guard let deed = Self.words[String(word)] else { return nil }
            self = deed
        }
    }

    let deed: Deed
    /// As forms and addresses have it.
    let word: String
    /// As the button names it; empty where it means those that are chosen.
    var ids: [String]

    /// `saved` for those that are chosen, or `saved` and a message's id.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, words.count <= 2, let deed = Deed(first) else { return nil }
        self.deed = deed
        word = String(first)
        ids = words.dropFirst().map(String.init)
    }

    /// Words for what was done, of which there is a text.
    static let outcomes: Set<String> = ["new", "saved", "trash", "gone", "copy", "move", "none"]
}

/// Filing messages, deleting them and bringing them back.
extension WebDialect {
    func file(messagesOf mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let form = try await form(of: visit, session)
        let mailbox = try await service.mailboxes.heard(mailboxID, by: session.listener, in: session.account)
        guard var filing = form["do"].flatMap(Filing.init) else { throw WebFailure.malformed(400) }
        if filing.ids.isEmpty { filing.ids = Array(Set(form.all("message"))) }
        let place = ListPlace(form)
        guard !filing.ids.isEmpty else { return visit.redirect(to: place.address(in: mailbox, ["told=none"])) }
        let account = session.account, ids = filing.ids, messages = service.messages
        let chosen = ChosenMessages(ids: ids, mailbox: mailbox, place: place, session: session, visit: visit)
        switch filing.deed {
        case .send: return try await sendPage(chosen)
        case .zip: return try await zip(chosen)
        case .file(let folder):
            let outcome = try await messages.file(ids, of: mailbox.id, in: folder.stored, account: account)
            return try response(to: filing, chosen, outcome)
        case .remove: return try response(to: filing, chosen, try await messages.remove(ids, of: mailbox.id, account: account))
        case .copy, .move:
            let typed = SendingForm(form)
            guard let other = try await destination(typed.to, from: mailbox, session) else {
                return try await sendPage(chosen, refused: typed, for: .box)
            }
            guard let note = typed.note(of: session) else {
                return try await sendPage(chosen, refused: typed, for: .note)
            }
            let outcome =
                filing.deed == .copy
                ? try await messages.copy(ids, of: mailbox.id, to: [other.id], account: account, note: note)
                : try await messages.move(ids, of: mailbox.id, to: other.id, account: account, note: note)
            if outcome.succeeded.isEmpty, outcome.failed.contains(where: { $0.reason == .full || $0.reason == .off }) {
                return try await sendPage(chosen, refused: typed, for: .room)
            }
            return try response(to: filing, chosen, outcome)
        }
    }

    /// The list again, with what was done, and how it is undone where it can be.
    private func response(to filing: Filing, _ chosen: ChosenMessages, _ outcome: BatchOutcome) throws -> FrontResponse {
        if outcome.succeeded.isEmpty, chosen.ids.count == 1 { throw WebFailure.notFound }
        let place = chosen.place
        var parameters = ["told=" + filing.word]
        if !outcome.failed.isEmpty { parameters.append("left=1") }
        if case .file(let folder) = filing.deed, folder != place.folder, let only = outcome.succeeded.first, chosen.ids.count == 1 {
            parameters.append("undo=\(place.folder.rawValue)+\(only)")
        }
        return chosen.visit.redirect(to: place.address(in: chosen.mailbox, parameters))
    }
}
