import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// The greetings of a mailbox: heard, recorded or sent here, and used for a while.
extension WebDialect {
    /// Seconds that a greeting is recorded for at the most.
    static let longestGreeting = 180

    func chooseTemporarily(_ form: Query, _ mailbox: Mailbox, _ account: Account) async throws {
        let greeting = try await listed(form["temporary"] ?? "", of: mailbox)
        var end: Timestamp?
        if let text = form["until"], !text.isEmpty {
            let zone = try await service.mailboxes.timeZone(of: mailbox, account: account)
            guard let last = Search.Day(text)?.end(in: zone) else { throw SettingsWrong.until }
            end = last.advanced(by: 1)
        }
        do { try await service.greetings.chooseTemporarily(greeting.fileName, until: end, of: mailbox) } catch VoicemailError.invalid {
            throw SettingsWrong.until
        }
    }

    static func values(of greeting: ListedGreeting, isHeard: Bool, isChosen: Bool) -> [String: Any] {
        ["greeting_name": greeting.fileName, "greeting_id": greeting.serial, "is_heard": isHeard, "is_chosen": isChosen]
    }

    func values(
        of temporary: TemporaryGreeting, _ greetings: [ListedGreeting], _ mailbox: Mailbox, _ account: Account, _ visit: PageVisit
    ) async throws -> [String: Any] {
        var values: [String: Any] = ["has_temporary": true]
        if let listed = greetings.first(where: { $0.id == temporary.greetingID }) { values["temporary_name"] = listed.fileName }
        if let end = temporary.end {
            let zone = try await service.mailboxes.timeZone(of: mailbox, account: account)
            // The last minute, so that the day is the one that was asked for.
            let last = end.advanced(by: -60)
            values["temporary_end"] = last.iso8601
            values["temporary_end_shown"] = ShownTimes(language: visit.pages?.language ?? "en", zone: zone).text(last)
        }
        return values
    }

    func hear(_ serial: String, of mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.tended(mailboxID, by: session.listener, in: session.account)
        let greeting = try await service.greetings.find(try await listed(serial, of: mailbox).id, of: session.account)
        let sound = try await service.renditions.rendition(of: greeting, .mp3)
        return response(sound.reader, sound.contentType, ContentDisposition.inline("greeting.mp3"), visit)
    }

    /// Takes a greeting in, which callers hear from then on.
    func upload(to mailboxID: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let mailbox = try await service.mailboxes.tended(mailboxID, by: session.listener, in: session.account)
        do {
            let audio = try await receive(visit.request, session)
            let name = try await service.dropping(audio) { try greetingName(audio) }
            try await put(name, audio, .upload, mailbox)
            return visit.redirect(to: "boxes/\(mailbox.id)/settings?told=greeting")
        } catch let wrong as SettingsWrong {
            return try await settingsPage(mailbox, session, visit, wrong)
        } catch VoicemailError.unplayable {
            return try await settingsPage(mailbox, session, visit, .sound)
        } catch ArchiveError.tooLarge, BodyError.tooLarge {
            return try await settingsPage(mailbox, session, visit, .large)
        }
    }

    /// What it is says decoding, and no name of the client's.
    private func greetingName(_ audio: ReceivedAudio) throws(SettingsWrong) -> String {
        guard let container = audio.record.container.flatMap(AudioContainer.init(rawValue:)), GreetingName.containers.contains(container) else { throw .sound }
        return greetingName(container)
    }

    func greetingName(_ container: AudioContainer) -> String {
        let at = service.clock.now.utc
        return "web-\(at.date("-"))-\(at.time("")).\(container.rawValue)"
    }

    /// Callers hear it from then on.
    func put(_ name: String, _ audio: ReceivedAudio, _ origin: GreetingOrigin, _ mailbox: Mailbox) async throws {
        do {
            let greeting = try await service.greetings.put(name, audio: audio, origin: origin, on: .mailbox(mailbox))
            try await service.greetings.choose(greeting.fileName, of: mailbox)
        } catch VoicemailError.limitReached {
            throw SettingsWrong.many
        }
    }

    /// The file of a form whose word comes before it: nothing is stored for who has none.
    private func receive(_ request: FrontRequest, _ session: WebSession) async throws -> ReceivedAudio {
        guard let boundary = request.headers[.contentType].flatMap({ MediaType(parsing: $0) })?.boundary else { throw WebFailure.notAForm }
        return try await service.messages.receivingAudio(for: session.account.id) { intake in
            var part: String?, word = "", isFound = false
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
                try await MultipartParser.read(request.body, boundary: boundary, take)
            } catch is MultipartError {
                throw WebFailure.malformed(400)
            }
            guard Secrets.equal(word, session.form) else { throw WebFailure.stale }
            guard isFound else { throw SettingsWrong.sound }
            return try await intake.finish(fileName: "greeting", policy: .playableOnly)
        }
    }
}
