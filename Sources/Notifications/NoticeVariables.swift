import Foundation
import Voicemail

/// The variables of templates (K§11.1).
enum NoticeVariables {
    static func of(_ notice: MessageNotice, _ audio: NoticeAudio, language: String) -> [String: Any] {
        let message = notice.message
        var variables = shared(notice.mailbox, notice.owner, notice.account)
        variables["voicemail"] = voicemail(notice, audio, language)
        variables["caller_id"] = party(name: message.callerName, number: message.callerNumber)
        let callee = user(of: message.to)
        variables["callee_id"] = party(name: callee, number: callee)
        variables["from"] = address(message.from)
        variables["to"] = address(message.to)
        variables["call_id"] = message.callID
        variables["date_called"] = date(message.timestamp, notice.zone, language)
        return variables
    }

    /// What has happened to a mailbox.
    /// - Parameters:
    ///   - facts: what its event says.
    ///   - deleted: the message, where one was deleted.
    static func of(_ notice: MailboxNotice, _ facts: JSONObject, deleted: MessageNotice?, language: String) -> [String: Any] {
        var variables = deleted.map { of($0, .leftOut, language: language) } ?? shared(notice.mailbox, notice.owner, notice.account)
        var voicemail = variables["voicemail"] as? [String: Any] ?? box(notice.mailbox)
        func number(_ name: String) -> Int { facts[name]?.int ?? 0 }
        voicemail["message_count"] = number("message_count")
        voicemail["max_message_count"] = number("max_message_count")
        voicemail["free_count"] = max(0, number("max_message_count") - number("message_count"))
        variables["voicemail"] = voicemail
        variables["date"] = date(Timestamp(unix: number("at")), notice.zone, language)
        if let reason = facts["reason"]?.string.map({ DeletionReason(told: $0) }) {
            variables["deletion"] =
                ["reason": word(for: reason), "is_after_notify": reason == .afterNotify, "is_retention": reason == .retention] as [String: Any]
        }
        if let until = facts["until"]?.int {
            variables["lock"] =
                [
                    "failures": number("failures"), "interface": facts["interface"]?.string ?? "", "source": facts["source"]?.string ?? "",
                    "until": date(Timestamp(unix: until), notice.zone, language)["local"] ?? "",
                ] as [String: Any]
        }
        return variables
    }

    /// As templates know it (K§11.1).
    private static func word(for reason: DeletionReason) -> String {
        switch reason {
        case .asked: "crossbar_action"
        case .retention: "retention"
        case .afterNotify: "delete_after_notify"
        }
    }

    static func of(_ reset: PasswordReset, link: String) -> [String: Any] {
        // Names are what somebody has typed: one line of it, and not a long one.
        let person = ["first_name": reset.user.firstName, "username": reset.user.username].compactMapValues { $0.map(line) }.filter { !$0.value.isEmpty }
        return ["user": person, "account": ["name": line(reset.account.name)], "link": link]
    }

    private static func line(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.filter { !$0.properties.isPatternWhitespace || $0 == " " }
                    .filter { $0.properties.generalCategory != .control }.prefix(128)))
    }

    private static func box(_ mailbox: Mailbox) -> [String: Any] {
        ["vmbox_id": mailbox.id, "vmbox_name": mailbox.name, "vmbox_number": mailbox.number]
    }

    private static func shared(_ mailbox: Mailbox, _ owner: User?, _ account: Account) -> [String: Any] {
        // Empty values are left out, so that a template can test for them.
        let person = ["first_name": owner?.firstName, "last_name": owner?.lastName, "email": owner?.email, "username": owner?.username]
            .compactMapValues { $0 }.filter { !$0.value.isEmpty }
        return [
            "user": person, "owner": person, "account": ["id": account.id, "name": account.name, "realm": account.realm],
            "system": ["product": "Aftertone"],
        ]
    }

    private static func voicemail(_ notice: MessageNotice, _ audio: NoticeAudio, _ language: String) -> [String: Any] {
        let message = notice.message, seconds = message.lengthSeconds
        func two(_ number: Int) -> String { CalendarFields.pad(number, 2) }
        var facts = box(notice.mailbox)
        facts["vmbox_include_message_on_notify"] = notice.mailbox.mailCarriesAudio
        facts["msg_id"] = message.monthID
        // An unknown length is left out.
        if message.lengthMilliseconds != Messages.unmeasuredLength {
            facts["length"] = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        }
        if notice.mailbox.mailCarriesTranscription, let text = message.transcription?["text"]?.string, !text.isEmpty { facts["transcription"] = text }
        let suffix = message.audio?.fileExtension ?? ""
        facts["file_name"] = fileName(of: notice, suffix: suffix)
        facts["file_type"] = suffix.uppercased()
        facts["file_size"] = megabytes(message.audio?.size ?? 0)
        switch audio {
        case .attached(let attachment, let bytes):
            facts["is_attached"] = true
            facts["file_name"] = attachment.name
            facts["file_size"] = megabytes(bytes)
        case .tooLarge(let bytes):
            facts["is_too_large"] = true
            facts["file_size"] = megabytes(bytes)
        case .linked(let url, let until, let bytes):
            facts["link"] = url
            facts["link_until"] = date(until, notice.zone, language)["local"]
            facts["file_size"] = megabytes(bytes)
        case .unreadable: facts["is_unreadable"] = true
        case .leftOut: facts["is_left_out"] = true
        }
        return facts
    }

    static func party(name: String, number: String) -> [String: Any] {
        ["name": name, "number": number, "name_number": nameAndNumber(name, number)]
    }

    /// `Name(Number)`; one of them where the other is unknown or the same.
    static func nameAndNumber(_ name: String, _ number: String) -> String {
        func isKnown(_ text: String) -> Bool { !text.isEmpty && text != Message.anonymous }
        switch (isKnown(name), isKnown(number)) {
        case (true, true): return name == number ? number : "\(name)(\(number))"
        case (true, false): return name
        case (false, true): return number
        case (false, false): return Message.anonymous
        }
    }

    private static func address(_ text: String) -> [String: Any] {
        ["user": user(of: text), "realm": String(text.drop { $0 != "@" }.dropFirst())]
    }

    private static func user(of address: String) -> String { String(address.prefix { $0 != "@" }) }

    private static func date(_ time: Timestamp, _ zone: TimeZone, _ language: String) -> [String: Any] {
        func written(in zone: TimeZone) -> String { WrittenDates.text(of: time, in: zone, language: language) }
        return ["utc": written(in: .gmt), "local": written(in: zone), "timestamp": time.gregorian, "timezone": zone.identifier]
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes < 100_000 ? "\((bytes + 999) / 1000) kB" : "\((bytes + 50_000) / 1_000_000).\((bytes + 50_000) / 100_000 % 10) MB"
    }

    /// `<caller>_<date>_<time>.<extension>` in lower case, percent-encoded (K§11.1).
    static func fileName(of notice: MessageNotice, suffix: String) -> String {
        let message = notice.message, at = message.timestamp.fields(in: notice.zone)
        let names = [message.callerName, message.callerNumber, user(of: message.from)]
        let caller = names.first { !$0.isEmpty && $0 != Message.anonymous } ?? "unknown"
        let plain = "\(caller)_\(at.date("-"))_\(at.time(":")).\(suffix)".lowercased().replacing(" ", with: "_")
        return plain.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "message.\(suffix)"
    }

    /// RFC 3986 §2.3.
    private static let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
}
