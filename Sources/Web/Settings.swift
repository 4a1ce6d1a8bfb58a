import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// The greeting and the settings of a mailbox, for who looks after it.
extension WebDialect {
    /// What went wrong with a form, by the text that says so.
    private enum Wrong: String, CaseIterable, Error {
        case sound = "wrong_sound"
        case large = "wrong_large"
        case many = "wrong_many"
        case pinDiffers = "wrong_pin_differs"
        case pin = "wrong_pin"
        case mail = "wrong_mail"
    }

    private static let outcomes: Set<String> = ["greeting", "removed", "pin", "mail"]

    /// Texts that this page is told by the address or says when something is wrong.
    static let settingsTexts = Set(Wrong.allCases.map(\.rawValue) + outcomes.map { "told_" + $0 } + ["settings"])

    func settings(of mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.tended(mailboxID, by: session.listener, in: session.account)
        guard visit.request.method == .post else { return try await settingsPage(mailbox, session, visit) }
        let form = try await form(of: visit, session)
        do {
            let outcome = try await apply(form, to: mailbox, session.account)
            var response = visit.redirect(to: "boxes/\(mailbox.id)/settings?told=\(outcome)")
            // Another PIN ends the sessions of the one before, this one too.
            if outcome == "pin", case .mailbox = session.listener {
                try await enter(.mailbox(try await service.mailboxes.find(mailbox.id, of: session.account)), visit, &response)
            }
            return response
        } catch let wrong as Wrong {
            return try await settingsPage(mailbox, session, visit, wrong)
        }
    }

    private func settingsPage(_ mailbox: Mailbox, _ session: Session, _ visit: Visit, _ wrong: Wrong? = nil) async throws -> FrontResponse {
        let account = session.account
        let boxes = try await service.mailboxes.heard(by: session.listener, in: account, limit: Self.boxesOfPage)
        let greetings = try await service.greetings.list(on: .mailbox(mailbox)), chosen = try await service.greetings.inForce(of: mailbox)
        let sendsMail = try await service.mailboxes.owned([mailbox.id], of: account) { $0.sendsMail }.first ?? false
        var values: [String: Any] = [
            "title": "t.settings", "heading": Self.heading(mailbox), "current": mailbox.id, "has_chosen": chosen != nil,
            "greetings": greetings.map { Self.values(of: $0, isHeard: $0.id == chosen?.id) },
            "has_pin": service.mailboxes.pin(of: mailbox) != nil, "longest_pin": service.limits.maximumPinLength,
            "sends_mail": sendsMail, "carries_audio": mailbox.mailCarriesAudio, "addresses": mailbox.notificationAddresses.joined(separator: ", "),
            "boxes": boxes.items.map { Self.values(of: $0, isCurrent: $0.id == mailbox.id) },
        ]
        if let told = visit.request.query["told"], Self.outcomes.contains(told), wrong == nil {
            values.merge(["told": true, "told_text": "t.told_" + told]) { $1 }
        }
        if let wrong { values.merge(["wrong": true, "wrong_text": "t." + wrong.rawValue]) { $1 } }
        return visit.page(.settings, values, status: wrong == nil ? .ok : .badRequest)
    }

    private static func values(of greeting: ListedGreeting, isHeard: Bool) -> [String: Any] {
        ["greeting_name": greeting.fileName, "greeting_id": greeting.serial, "is_heard": isHeard]
    }

    // MARK: What is changed

    private func apply(_ form: Query, to mailbox: Mailbox, _ account: Account) async throws -> String {
        let words = (form["do"] ?? "").split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("standard"?, 1):
            try await service.greetings.choose(nil, of: mailbox)
            return "greeting"
        case ("use"?, 2):
            try await service.greetings.choose(try await listed(words[1], of: mailbox).fileName, of: mailbox)
            return "greeting"
        case ("remove"?, 2):
            try await service.greetings.remove(try await listed(words[1], of: mailbox).fileName, on: .mailbox(mailbox))
            return "removed"
        case ("pin"?, 1):
            try await setPIN(form["pin"] ?? "", again: form["again"] ?? "", of: mailbox, account)
            return "pin"
        case ("mail"?, 1):
            try await setMail(form, of: mailbox, account)
            return "mail"
        default: throw WebFailure.malformed(400)
        }
    }

    private func listed(_ serial: String, of mailbox: Mailbox) async throws -> ListedGreeting {
        let greetings = try await service.greetings.list(on: .mailbox(mailbox))
        guard let found = greetings.first(where: { String($0.serial) == serial }) else { throw WebFailure.notFound }
        return found
    }

    private func setPIN(_ pin: String, again: String, of mailbox: Mailbox, _ account: Account) async throws {
        guard pin == again else { throw Wrong.pinDiffers }
        // It is dialled.
        guard !pin.isEmpty, pin.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { throw Wrong.pin }
        var settings = MailboxSettings()
        settings.pin = PIN(pin)
        try await change(mailbox, settings, account, orSay: .pin)
    }

    private func setMail(_ form: Query, of mailbox: Mailbox, _ account: Account) async throws {
        var settings = MailboxSettings()
        settings.notificationAddresses = (form["addresses"] ?? "").split { ",; \n".contains($0) }.map(String.init)
        settings.sendsMail = form["sends"] == "yes"
        settings.mailCarriesAudio = form["audio"] == "yes"
        try await change(mailbox, settings, account, orSay: .mail)
    }

    private func change(_ mailbox: Mailbox, _ settings: MailboxSettings, _ account: Account, orSay wrong: Wrong) async throws {
        do { _ = try await service.mailboxes.change(mailbox.id, settings, in: account) } catch VoicemailError.invalid, VoicemailError.documentTooLarge {
            throw wrong
        }
    }

    // MARK: Greetings

    func hear(_ serial: String, of mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.tended(mailboxID, by: session.listener, in: session.account)
        let greeting = try await service.greetings.find(try await listed(serial, of: mailbox).id, of: session.account)
        let sound = try await service.renditions.rendition(of: greeting, .mp3)
        return response(sound.reader, sound.contentType, ContentDisposition.inline("greeting.mp3"), visit)
    }

    /// Takes a greeting in, which callers hear from then on.
    func upload(to mailboxID: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.tended(mailboxID, by: session.listener, in: session.account)
        do {
            let audio = try await receive(visit.request, session)
            let name = try await service.dropping(audio) { try greetingName(audio) }
            let greeting = try await service.greetings.put(name, audio: audio, origin: .upload, on: .mailbox(mailbox))
            try await service.greetings.choose(greeting.fileName, of: mailbox)
            return visit.redirect(to: "boxes/\(mailbox.id)/settings?told=greeting")
        } catch let wrong as Wrong {
            return try await settingsPage(mailbox, session, visit, wrong)
        } catch VoicemailError.unplayable {
            return try await settingsPage(mailbox, session, visit, .sound)
        } catch VoicemailError.limitReached {
            return try await settingsPage(mailbox, session, visit, .many)
        } catch ArchiveError.tooLarge, BodyError.tooLarge {
            return try await settingsPage(mailbox, session, visit, .large)
        }
    }

    /// What it is says decoding, and no name of the client's.
    private func greetingName(_ audio: ReceivedAudio) throws(Wrong) -> String {
        guard let container = audio.record.container, GreetingName.extensions.contains(container) else { throw .sound }
        let at = service.clock.now.utc
        return "web-\(at.date("-"))-\(at.time("")).\(container)"
    }

    /// The file of a form whose word comes before it: nothing is stored for who has none.
    private func receive(_ request: FrontRequest, _ session: Session) async throws -> ReceivedAudio {
        guard let boundary = request.headers[.contentType].flatMap({ MediaType(parsing: $0) })?.boundary else { throw WebFailure.notAForm }
        return try await service.messages.receivingAudio(for: session.account.id) { intake in
            var parser = MultipartParser(boundary: boundary), part: String?, word = "", isFound = false
            func take(_ event: MultipartEvent) async throws {
                switch event {
                case .partBegin(let headers): part = headers.disposition?.name
                case .partEnd, .finished: part = nil
                case .partData(let bytes) where part == "form":
                    word += String(buffer: bytes)
                    guard word.utf8.count <= session.form.utf8.count else { throw WebFailure.stale }
                case .partData(let bytes) where part == "file":
                    guard Secrets.equal(word, session.form) else { throw WebFailure.stale }
                    isFound = true
                    try await intake.write(bytes)
                case .partData: break
                }
            }
            do {
                for try await chunk in request.body {
                    parser.append(chunk)
                    while let event = try parser.next() { try await take(event) }
                }
                parser.finish()
                while let event = try parser.next() { try await take(event) }
            } catch is MultipartError {
                throw WebFailure.malformed(400)
            }
            guard Secrets.equal(word, session.form) else { throw WebFailure.stale }
            guard isFound else { throw Wrong.sound }
            return try await intake.finish(fileName: "greeting", policy: .playableOnly)
        }
    }
}
