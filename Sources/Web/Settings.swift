import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// The greeting and the settings of a mailbox, for who looks after it.
extension WebDialect {
    /// What went wrong with a form, by the text that says so.
    enum SettingsWrong: String, CaseIterable, Error {
        case sound = "wrong_sound"
        case large = "wrong_large"
        case many = "wrong_many"
        case pinDiffers = "wrong_pin_differs"
        case pin = "wrong_pin"
        case pinNumber = "wrong_pin_number"
        case mail = "wrong_mail"
        case until = "wrong_until"
        case zone = "wrong_setup_zone"
        case speech = "wrong_speech"
        case speechLanguage = "wrong_speech_language"
    }

    private static let outcomes: Set<String> = ["greeting", "removed", "temporary", "lasting", "pin", "mail", "zone"]

    /// Texts that this page is told by the address or says when something is wrong.
    static let settingsTexts = Set(SettingsWrong.allCases.map(\.rawValue) + outcomes.map { "told_" + $0 } + ["settings", "told_greeting_later"])

    func settings(of mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
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
        } catch let wrong as SettingsWrong {
            // What was typed stays, as far as it is no secret.
            var typed: [String: Any] = [:]
            typed["typed_text"] = form["text"]
            typed["zone"] = form["zone"]
            return try await settingsPage(mailbox, session, visit, wrong, typed: typed)
        }
    }

    func settingsPage(
        _ mailbox: Mailbox, _ session: WebSession, _ visit: PageVisit, _ wrong: SettingsWrong? = nil, typed: [String: Any] = [:]
    ) async throws -> FrontResponse {
        let account = session.account
        let boxes = try await service.mailboxes.heard(by: session.listener, in: account, limit: Self.boxesOfPage)
        let greetings = try await service.greetings.list(on: .mailbox(mailbox)), chosen = try await service.greetings.inForce(of: mailbox)
        let sendsMail = try await service.mailboxes.owned([mailbox.id], of: account) { $0.sendsMail }.first ?? false
        let temporary = mailbox.temporaryGreeting(at: service.clock.now), heard = temporary?.greetingID ?? chosen?.id
        var values: [String: Any] = [
            "title": "t.settings", "heading": Self.heading(mailbox), "current": mailbox.id, "has_chosen": chosen != nil, "standard_heard": heard == nil,
            "greetings": greetings.map { Self.values(of: $0, isHeard: $0.id == heard, isChosen: $0.id == chosen?.id) },
            "has_greetings": !greetings.isEmpty, "longest_seconds": Self.longestGreeting,
            "has_pin": service.mailboxes.pin(of: mailbox) != nil, "longest_pin": service.limits.maximumPinLength,
            "sends_mail": sendsMail, "carries_audio": mailbox.mailCarriesAudio, "addresses": mailbox.notificationAddresses.joined(separator: ", "),
        ]
        values.merge(try await zoneValues(of: mailbox, account)) { $1 }
        values.merge(speechValues(visit)) { $1 }
        if let temporary { values.merge(try await self.values(of: temporary, greetings, mailbox, account, visit)) { $1 } }
        if let told = visit.request.query["told"], Self.outcomes.contains(told), wrong == nil {
            // One that is put there while another is heard for a while waits for that to end.
            let isLater = told == "greeting" && temporary != nil
            values.merge(["told": true, "told_text": isLater ? "t.told_greeting_later" : "t.told_" + told]) { $1 }
        }
        values.merge(typed) { $1 }
        if let wrong { values.merge(["wrong": true, "wrong_text": "t." + wrong.rawValue]) { $1 } }
        return visit.page(.settings, values, status: wrong == nil ? .ok : .badRequest) {
            Self.list(boxes.items, current: mailbox.id, as: .boxes, in: &$0)
        }
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
        case ("temporary"?, 1):
            try await chooseTemporarily(form, mailbox, account)
            return "temporary"
        case ("lasting"?, 1):
            try await service.greetings.chooseTemporarily(nil, until: nil, of: mailbox)
            return "lasting"
        case ("speak"?, 1):
            try await speak(form, as: mailbox, account)
            return "greeting"
        case ("zone"?, 1):
            try await setZone(form, of: mailbox, account)
            return "zone"
        case ("pin"?, 1):
            try await setPIN(form["pin"] ?? "", again: form["again"] ?? "", of: mailbox, account)
            return "pin"
        case ("mail"?, 1):
            try await setMail(form, of: mailbox, account)
            return "mail"
        default: throw WebFailure.malformed(400)
        }
    }

    func listed(_ serial: String, of mailbox: Mailbox) async throws -> ListedGreeting {
        let greetings = try await service.greetings.list(on: .mailbox(mailbox))
        guard let found = greetings.first(where: { String($0.serial) == serial }) else { throw WebFailure.notFound }
        return found
    }

    private func setPIN(_ pin: String, again: String, of mailbox: Mailbox, _ account: Account) async throws {
        guard pin == again else { throw SettingsWrong.pinDiffers }
        var settings = MailboxSettings()
        do throws(PIN.Fault) { settings.pin = try PIN(chosen: pin, for: mailbox.number) } catch { throw error == .number ? SettingsWrong.pinNumber : .pin }
        try await change(mailbox, settings, account, orSay: .pin)
    }

    private func setMail(_ form: Query, of mailbox: Mailbox, _ account: Account) async throws {
        var settings = MailboxSettings()
        settings.notificationAddresses = (form["addresses"] ?? "").split { ",; \n".contains($0) }.map(String.init)
        settings.sendsMail = form["sends"] == "yes"
        settings.mailCarriesAudio = form["audio"] == "yes"
        try await change(mailbox, settings, account, orSay: .mail)
    }

    /// None is the owner's or the account's.
    private func setZone(_ form: Query, of mailbox: Mailbox, _ account: Account) async throws {
        let text = HTTPToken.trim(form["zone"] ?? "")
        guard text.isEmpty || Self.isZone(text) else { throw SettingsWrong.zone }
        var settings = MailboxSettings()
        settings.timeZone = .some(text.isEmpty ? nil : text)
        try await change(mailbox, settings, account, orSay: .zone)
    }

    private func change(_ mailbox: Mailbox, _ settings: MailboxSettings, _ account: Account, orSay wrong: SettingsWrong) async throws {
        do { _ = try await service.mailboxes.change(mailbox.id, settings, in: account) } catch VoicemailError.invalid, VoicemailError.documentTooLarge {
            throw wrong
        }
    }
}
