import CCurl
import Voicemail

/// One mail from the connection to the mail server's word that it has it. Owns what libcurl hands out, and frees it.
struct SMTPConversation: ~Copyable {
    /// Before the first conversation of the process; libcurl counts, and nothing has to be undone before the process ends.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let connectSeconds = 15

    private let handle: OpaqueCurl
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
    static func deliver(_ content: MailContent, to server: MailServer, over handles: SMTPHandles) throws(OutgoingMailError) {
        // A server may close a connection that was kept while the next mail is on its way to it.
        guard try attempt(content, to: server, handles, isKept: true) == .closed else { return }
        _ = try attempt(content, to: server, handles, isKept: false)
    }

    private enum End {
        case taken
        /// The server had closed the connection of an earlier mail, and has seen nothing of this one.
        case closed
    }

    /// - Parameter isKept: whether the connection of an earlier mail will do.
    private static func attempt(
        _ content: MailContent, to server: MailServer, _ handles: SMTPHandles, isKept: Bool
    ) throws(OutgoingMailError) -> End {
        let source = try MailSource(content)
        defer { withExtendedLifetime(source) {} }
        var conversation = try SMTPConversation(isKept ? handles.take() : nil, handles)
        try conversation.set(server)
        try conversation.set(content, source)
        let code = conversation.perform()
        if code == CURLE_OK {
            conversation.isGood = true
            return .taken
        }
        if let failure = source.failure { throw OutgoingMailError(failure) }
        if !source.hasBegun, conversation.hasFoundClosed(code) { return .closed }
        throw conversation.error(code)
    }

    /// The same without a mail: the connection, its security and the login, and then a question that asks for nothing. Blocks.
    /// - Throws: `OutgoingMailError` when the server would take no mail of ours.
    static func tryOut(_ server: MailServer) throws(OutgoingMailError) {
        let conversation = try SMTPConversation(nil, nil)
        try conversation.set(server)
        try conversation.set(CURLOPT_CUSTOMREQUEST, "NOOP")
        try conversation.set(CURLOPT_NOBODY, 1)
        try conversation.set(CURLOPT_TIMEOUT, min(connectSeconds, server.attemptSeconds))
        let code = conversation.perform()
        if code != CURLE_OK { throw conversation.error(code) }
    }

    private init(_ kept: OpaqueCurl?, _ handles: SMTPHandles?) throws(OutgoingMailError) {
        guard Self.isReady, let handle = kept ?? curl_easy_init() else { throw OutgoingMailError("libcurl could not be started") }
        self.handle = handle
        self.handles = handles
        errors.initialize(repeating: 0)
    }

    deinit {
        // The handle names the others, so it lets go of them first.
        if isGood { curl_easy_reset(handle) } else { curl_easy_cleanup(handle) }
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

    private mutating func set(_ content: MailContent, _ source: MailSource) throws(OutgoingMailError) {
        try set(CURLOPT_MAIL_FROM, "<\(content.sender.text)>")
        try set(CURLOPT_MAIL_RCPT, ["<\(content.receiver.text)>"])
        let read: curl_read_callback = { place, size, count, source in
            guard let place, let source else { return Int(CURL_READFUNC_ABORT) }
            let bytes = UnsafeMutableRawBufferPointer(start: place, count: size * count)
            return Unmanaged<MailSource>.fromOpaque(source).takeUnretainedValue().read(into: bytes) ?? Int(CURL_READFUNC_ABORT)
        }
        try check(aftertone_curl_set_source(handle, read, Unmanaged.passUnretained(source).toOpaque(), curl_off_t(source.size)))
    }

    private func perform() -> CURLcode { curl_easy_perform(handle) }

    private var status: Int {
        var status = 0
        _ = aftertone_curl_response(handle, &status)
        return status
    }

    /// Whether an earlier mail's connection was used, and the server does not talk over it any more (421: RFC 5321 §3.8).
    private func hasFoundClosed(_ code: CURLcode) -> Bool {
        var opened = 0
        guard aftertone_curl_connections(handle, &opened) == CURLE_OK, opened == 0 else { return false }
        return [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING].contains { $0 == code } && (status == 0 || status == 421)
    }

    private func error(_ code: CURLcode) -> OutgoingMailError {
        let status = status
        // A wrong password is the administrator's to mend, and mail waits for him; a refused receiver is for good (RFC 5321 §4.2.1).
        let isPermanent = (550...559).contains(status) && code != CURLE_LOGIN_DENIED
        return OutgoingMailError(
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
