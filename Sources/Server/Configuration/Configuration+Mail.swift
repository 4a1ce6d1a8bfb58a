import Delivery
import Notifications
import Voicemail

extension MailServer {
    /// - Returns: nil where the configuration names none.
    init?(_ reader: SettingsReader) {
        let host = reader.optionalText("mail.host"), security = reader.word("mail.security", Security.starttls)
        let port = reader.optionalNumber("mail.port", 1...65_535)
        let username = reader.optionalText("mail.username"), passwordFile = reader.optionalPath("mail.password_file")
        let sender = reader.value("mail.from", MailAddress?.none, expecting: "an address such as voicemail@example.com") {
            $0.isEmpty ? .some(nil) : MailAddress($0).map { .some($0) }
        }
        let authorities = reader.optionalPath("mail.authorities_file")
        let attemptSeconds = reader.number("mail.attempt_seconds", 60, 5...600)
        guard let host else { return nil }
        reader.files["mail.password_file"] = passwordFile
        reader.files["mail.authorities_file"] = authorities
        let login = username.flatMap { username in passwordFile.map { Login(username: username, passwordFile: $0) } }
        if (username == nil) != (passwordFile == nil) {
            reader.refuse("mail", because: "needs both username and password_file", given: ["mail.username", "mail.password_file"])
        }
        if username != nil, security == .none { reader.refuse("mail.username", because: "would be sent in clear: mail.security is none") }
        guard let sender else {
            reader.refuse("mail.from", because: "is needed where mail.host is given", given: ["mail.from"])
            return nil
        }
        self.init(
            host: host, port: port ?? security.port, security: security, login: login, sender: sender,
            authorities: authorities, attemptSeconds: attemptSeconds)
    }
}

extension NoticeSettings {
    init(_ reader: SettingsReader) {
        self.init()
        audio = reader.word("mail.audio", audio)
        maximumAudioBytes = reader.number("mail.audio_bytes", maximumAudioBytes, 0...1_000_000_000)
        linkDays = reader.number("mail.link_days", linkDays, 1...MessageLinks.longestDays)
        language = reader.value("mail.language", language, expecting: "one of \(NoticeTexts.languages.joined(separator: ", "))") { text in
            NoticeTexts.languages.contains(text) ? text : nil
        }
        replyDomain = reader.value("mail.reply_domain", String?.none, expecting: "a domain such as pbx.example.com, or nothing") {
            $0.isEmpty ? .some(nil) : $0.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?/).map { .some(String($0.0)) }
        }
        deletion = reader.word("mail.deleted_messages", deletion)
    }
}

extension MailServer.Security {
    /// Where submission is listened for (RFC 6409, RFC 8314), and a relay.
    fileprivate var port: Int {
        switch self {
        case .tls: 465
        case .starttls: 587
        case .none: 25
        }
    }
}
