import HTTPFront
import HTTPTypes
import Voicemail

/// Where messages are to be sent, and what is written along.
struct SendingForm {
    /// What is wrong with it, by the text that says so.
    enum Wrong: String, CaseIterable {
        case box = "wrong_box"
        case note = "wrong_note"
        /// No member of the group takes messages now.
        case room = "wrong_room"
    }

    /// Digits of a number that somebody gives, and more than there are in one.
    private static let longestNumber = 64

    let to: String
    let text: String

    init(_ form: Query) {
        to = HTTPToken.trim(String((form["to"] ?? "").prefix(Self.longestNumber)))
        text = TypedText.lines(form["note"])
    }

    /// nil for one that is too long.
    func note(of session: WebSession) -> ForwardingNote? {
        text.unicodeScalars.count <= ForwardingNote.longest ? ForwardingNote(author: session.shownName, text: text) : nil
    }
}

/// Messages that somebody has chosen in a list, and where in it he is.
struct ChosenMessages {
    let ids: [String]
    let mailbox: Mailbox
    let place: ListPlace
    let session: WebSession
    let visit: PageVisit
}

/// Sending messages on to another mailbox, and taking several along.
extension WebDialect {
    /// The mailbox of a number: any of the account but the one that they are in, as by telephone.
    func destination(_ number: String, from mailbox: Mailbox, _ session: WebSession) async throws -> Mailbox? {
        guard !number.isEmpty, let other = try await service.mailboxes.find(number: number, of: session.account), other.id != mailbox.id else { return nil }
        return other
    }

    /// Asks where to.
    /// - Parameter refused: what was typed and cannot be done.
    func sendPage(_ chosen: ChosenMessages, refused: SendingForm? = nil, for wrong: SendingForm.Wrong = .box) async throws -> FrontResponse {
        let mailbox = chosen.mailbox, place = chosen.place, session = chosen.session, visit = chosen.visit
        let messages = try await service.messages.list(chosen.ids, of: mailbox.id, in: session.account)
        guard !messages.isEmpty else { throw WebFailure.notFound }
        let zone = try await service.mailboxes.timeZone(of: mailbox, account: session.account)
        let boxes = try await service.mailboxes.heard(by: session.listener, in: session.account, limit: Self.boxesOfPage)
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: zone)
        var values: [String: Any] = [
            "title": "t.send", "heading": Self.heading(mailbox), "current": mailbox.id, "back": visit.root + place.address(in: mailbox, []),
        ]
        values["longest_note"] = ForwardingNote.longest
        if let refused {
            values.merge(["wrong": true, "wrong_text": "t." + wrong.rawValue, "typed": refused.to, "typed_note": refused.text]) { $1 }
        }
        return visit.page(.send, values, status: refused == nil ? .ok : .badRequest) { values in
            place.set(in: &values)
            MessageView.list(messages, times, in: &values)
            Self.list(boxes.items, current: mailbox.id, as: .boxes, in: &values)
            Self.list(boxes.items.filter { $0.id != mailbox.id }, current: mailbox.id, as: .others, in: &values)
        }
    }

    /// The messages that are chosen, each as it is stored.
    func zip(_ chosen: ChosenMessages) async throws -> FrontResponse {
        let mailbox = chosen.mailbox, account = chosen.session.account
        let zone = try await service.mailboxes.timeZone(of: mailbox, account: account)
        let messages = try await service.messages.list(chosen.ids, of: mailbox.id, in: account)
        let entries = messages.sorted { $0.position < $1.position }.compactMap { message in
            message.audio.map { MessageArchive.Entry(message, name: MessageView.fileName(message, zone: zone, suffix: $0.fileExtension)) }
        }
        let archive = MessageArchive(entries, names: .portable, service: service, logger: chosen.visit.request.logger)
        let at = service.clock.now.fields(in: zone)
        guard let response = try await archive.response(named: "\(mailbox.number)_\(at.date("-"))_\(at.time("-")).zip") else {
            return chosen.visit.redirect(to: chosen.place.address(in: mailbox, ["told=none"]))
        }
        return response
    }
}
