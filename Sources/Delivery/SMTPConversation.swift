import CCurl
import Voicemail

/// One mail from the connection to the mail server's word that it has it. Owns what libcurl hands out, and frees it.
struct SMTPConversation: ~Copyable {
    /// Before the first conversation of the process; libcurl counts, and nothing has to be undone before the process ends.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let connectSeconds = 15

    private let handle: OpaqueCurl
    private let mime: OpaquePointer
    /// libcurl writes what went wrong here for as long as the handle lives.
    private let errors = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// Where the handle came from and goes, if all went well.
    private let handles: SMTPHandles?
    private var isGood = false
    /// Lists that the handle reads from.
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    private typealias OpaqueCurl = UnsafeMutableRawPointer

    /// Blocks, for `server.attemptSeconds` at most.
    /// - Throws: `OutgoingMailError` when the server has not taken the mail, or it isn't known whether it has.
    /// - Parameter handles: those that are kept from one mail to the next.
    static func deliver(_ message: MailMessage, headers: [String], to server: MailServer, over handles: SMTPHandles) throws(OutgoingMailError) {
        var conversation = try SMTPConversation(handles)
        try conversation.set(server)
        try conversation.set(message, headers, from: server.sender)
        try conversation.perform()
        conversation.isGood = true
    }

    /// The same without a mail: the connection, its security and the login, and then a question that asks for nothing. Blocks.
    /// - Throws: `OutgoingMailError` when the server would take no mail of ours.
    static func tryOut(_ server: MailServer) throws(OutgoingMailError) {
        let conversation = try SMTPConversation(nil)
        try conversation.set(server)
        try conversation.set(CURLOPT_CUSTOMREQUEST, "NOOP")
        try conversation.set(CURLOPT_NOBODY, 1)
        try conversation.set(CURLOPT_TIMEOUT, min(connectSeconds, server.attemptSeconds))
        try conversation.perform()
    }

    private init(_ handles: SMTPHandles?) throws(OutgoingMailError) {
        guard Self.isReady, let handle = handles?.take() ?? curl_easy_init() else { throw OutgoingMailError("libcurl could not be started") }
        guard let mime = curl_mime_init(handle) else {
            curl_easy_cleanup(handle)
            throw OutgoingMailError("no memory for a mail")
        }
        self.handle = handle
        self.mime = mime
        self.handles = handles
        errors.initialize(repeating: 0)
    }

    deinit {
        // The handle names the others, so it lets go of them first.
        if isGood { curl_easy_reset(handle) } else { curl_easy_cleanup(handle) }
        curl_mime_free(mime)
        for list in lists { curl_slist_free_all(list) }
        errors.deallocate()
        if isGood { handles?.put(handle) }
    }

    private func set(_ server: MailServer) throws(OutgoingMailError) {
        try check(aftertone_curl_set_errors(handle, errors.baseAddress))
        try check(aftertone_curl_ignore_answers(handle))
        try set(CURLOPT_URL, server.url)
        // The address comes from the configuration, but nothing else is to be spoken whatever it says.
        try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Mail goes where the configuration says, not where the environment would have it go.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_USE_SSL, server.security == .none ? Int(CURLUSESSL_NONE.rawValue) : Int(CURLUSESSL_ALL.rawValue))
        if let authorities = server.authorities { try set(CURLOPT_CAINFO, authorities) }
        if let login = server.login {
            try set(CURLOPT_USERNAME, login.username)
            try set(CURLOPT_PASSWORD, try login.password())
        }
        // Signals are the process's, not libcurl's.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_CONNECTTIMEOUT, min(Self.connectSeconds, server.attemptSeconds))
        try set(CURLOPT_TIMEOUT, server.attemptSeconds)
    }

    private mutating func set(_ message: MailMessage, _ headers: [String], from sender: MailAddress) throws(OutgoingMailError) {
        try set(CURLOPT_MAIL_FROM, "<\(sender.text)>")
        try set(CURLOPT_MAIL_RCPT, ["<\(message.to.text)>"])
        try set(CURLOPT_HTTPHEADER, headers)
        try add(message.text, message.html)
        if let attachment = message.attachment { try add(attachment) }
        try check(aftertone_curl_set_mime(handle, mime))
    }

    /// The text; where there is HTML too, both as alternatives, the better one last (RFC 2046 §5.1.4).
    private func add(_ text: String, _ html: String?) throws(OutgoingMailError) {
        guard let html else { return try add(text, as: "text/plain", to: mime) }
        guard let alternatives = curl_mime_init(handle) else { throw OutgoingMailError("no memory for a mail") }
        do throws(OutgoingMailError) {
            try add(text, as: "text/plain", to: alternatives)
            try add(html, as: "text/html", to: alternatives)
            let part = try part(of: mime)
            // From here on the part owns them.
            try check(curl_mime_subparts(part, alternatives))
            try check(curl_mime_type(part, "multipart/alternative"))
        } catch {
            // Freeing what a part owns takes it out of the part first.
            curl_mime_free(alternatives)
            throw error
        }
    }

    private func add(_ text: String, as type: String, to mime: OpaquePointer) throws(OutgoingMailError) {
        let part = try part(of: mime)
        // Lines end in CRLF on the wire (RFC 5321 §2.3.8).
        let text = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        try check(curl_mime_data(part, text, text.utf8.count))
        try check(curl_mime_type(part, "\(type); charset=utf-8"))
        try check(curl_mime_encoder(part, "quoted-printable"))
    }

    /// libcurl reads the file while it sends.
    private func add(_ attachment: MailAttachment) throws(OutgoingMailError) {
        let part = try part(of: mime)
        try check(curl_mime_filedata(part, attachment.content.path))
        try check(curl_mime_filename(part, attachment.name))
        try check(curl_mime_type(part, attachment.contentType))
        try check(curl_mime_encoder(part, "base64"))
    }

    private func part(of mime: OpaquePointer) throws(OutgoingMailError) -> OpaquePointer {
        guard let part = curl_mime_addpart(mime) else { throw OutgoingMailError("no memory for a mail") }
        return part
    }

    private func perform() throws(OutgoingMailError) {
        let code = curl_easy_perform(handle)
        guard code != CURLE_OK else { return }
        var status = 0
        _ = aftertone_curl_response(handle, &status)
        // A wrong password is the administrator's to mend, and mail waits for him; a refused receiver is for good (RFC 5321 §4.2.1).
        let isPermanent = (550...559).contains(status) && code != CURLE_LOGIN_DENIED
        throw OutgoingMailError(
            explanation(code), isPermanent: isPermanent, isTooLarge: status == 552, isUnreachable: status == 0 || status == 421 || Self.isAboutTheServer(code))
    }

    /// Whether what went wrong has nothing to do with the mail: it would have gone wrong with any. (421 is said by one that is closing,
    /// RFC 5321 §4.2.3.)
    private static func isAboutTheServer(_ code: CURLcode) -> Bool {
        [CURLE_LOGIN_DENIED, CURLE_OPERATION_TIMEDOUT, CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION].contains { $0 == code }
    }

    private func set(_ option: CURLoption, _ text: String) throws(OutgoingMailError) {
        try check(aftertone_curl_set_text(handle, option, text))
    }

    private func set(_ option: CURLoption, _ number: Int) throws(OutgoingMailError) {
        try check(aftertone_curl_set_number(handle, option, number))
    }

    private mutating func set(_ option: CURLoption, _ lines: [String]) throws(OutgoingMailError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw OutgoingMailError("no memory for a mail")
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        try check(aftertone_curl_set_list(handle, option, list))
    }

    private func check(_ code: CURLcode) throws(OutgoingMailError) {
        if code != CURLE_OK { throw OutgoingMailError(explanation(code)) }
    }

    /// libcurl's words; they hold names of hosts and what the server answered, and no secret.
    private func explanation(_ code: CURLcode) -> String {
        let detail = errors.baseAddress.map { String(cString: $0) } ?? ""
        return String((detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail).prefix(300))
    }
}
