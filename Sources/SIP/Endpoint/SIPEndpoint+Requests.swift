import CRe
import SIPGrammar

/// What is answered without a call, and what must not reach one.
extension SIPEndpoint {
    typealias Message = UnsafePointer<sip_msg>

    static let methods = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO"
    /// Known, and not served.
    private static let refused: Set<String> = ["REGISTER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE", "REFER", "PRACK"]

    /// Sees each request before calls do.
    /// - Returns: whether nothing more is to be done with it.
    func answers(_ message: Message) -> Bool {
        if isClosed || gates.contains(where: { $0.isOwn(message) }) { return true }
        guard let sip, letsIn(message) else { return true }
        let method = String(message.pointee.met)
        if method == "ACK" { return false }
        if method == "CANCEL" {
            // A CANCEL that belongs to a call was answered before it came here (RFC 3261 §9.2).
            reply(message, 481, "Call/Transaction Does Not Exist")
            return true
        }
        if let options = values(of: SIP_HDR_REQUIRE, in: message), !options.isEmpty {
            reply(message, 420, "Bad Extension", "Unsupported: \(options)\r\n")
            return true
        }
        switch method {
        case "INVITE": return refusesBody(of: message)
        case "BYE", "INFO": return false
        case "OPTIONS":
            let headers = "Allow: \(Self.methods)\r\nAccept: application/sdp, application/dtmf-relay, application/dtmf\r\n"
            if isReady, !isDraining {
                reply(message, 200, "OK", headers)
            } else {
                reply(message, 503, "Service Unavailable", headers + "Retry-After: \(settings.limits.retrySeconds)\r\n")
            }
        case "UPDATE": update(message, sip)
        // How a transfer goes on, told within its call: it is over for us.
        case "NOTIFY" where table.call(of: message)?.hasTransferred == true && values(of: SIP_HDR_EVENT, in: message)?.hasPrefix("refer") == true:
            reply(message, 200, "OK")
        case _ where Self.refused.contains(method): reply(message, 405, "Method Not Allowed", "Allow: \(Self.methods)\r\n")
        default: reply(message, 501, "Not Implemented", "Allow: \(Self.methods)\r\n")
        }
        return true
    }

    /// Whether more is to be done with it than what was done here: asking who it is, or nothing.
    private func letsIn(_ message: Message) -> Bool {
        let source = PeerAddress(message.pointee.src), isTrusted = door.trusts(source)
        let isLookedAt = message.pointee.tp == SIP_TRANSP_UDP || streams.stands(at: PeerAddress(message.pointee.dst))
        if isTrusted, isLookedAt { return true }
        // Over connections that we have made ourselves nobody has.
        if !isLookedAt, table.count(of: source) == 0, !door.looks(at: source) { return false }
        guard let read = SIPMessage(of: message) else {
            if isTrusted { reply(message, 400, "Bad Request") }
            return false
        }
        // An ACK for an answer of which libre keeps no transaction.
        if read.method == "ACK", tags.isAnswered(by: message) { return false }
        // A request within an accepted call is let in from the call's own address: nobody else knows its tags. An ACK is never answered.
        if isTrusted || read.method == "ACK" || table.call(of: message)?.invitation.source.host == source.host { return true }
        // A CANCEL cannot be challenged (RFC 3261 §22.1). One that belongs to a call has not come here.
        if read.method == "CANCEL" { return false }
        switch door.decide(read, from: source) {
        case .comesIn: return true
        case .isIgnored: break
        case .isAsked(let headers): replyOnce(message, 401, "Unauthorized", headers)
        case .isRefused: replyOnce(message, 403, "Forbidden")
        }
        return false
    }

    /// To a stranger: what is sent again and again could be sent to somebody who has not asked.
    private func replyOnce(_ message: Message, _ code: UInt16, _ reason: String, _ headers: String = "") {
        guard let sip else { return }
        sent(at_reply_once(sip, message, tags.tag(of: message), code, reason, headers), code, message)
    }

    func reply(_ message: Message, _ code: UInt16, _ reason: String, _ headers: String = "") {
        guard let sip else { return }
        sent(at_reply(sip, message, code, reason, headers), code, message)
    }

    /// What cannot be sent is told; the other side asks again, or gives up.
    private func sent(_ error: Int32, _ code: UInt16, _ message: Message) {
        if error != 0 { settings.report(.unsent(status: Int(code), to: PeerAddress(message.pointee.src), code: error)) }
    }

    /// Whether what it carries is no description of sound (RFC 3261 §8.2.3).
    private func refusesBody(of message: Message) -> Bool {
        var size = 0
        guard at_rest(message.pointee.mb, &size) != nil else { return false }
        let type = message.pointee.ctyp
        if String(type.type).lowercased() == "application", String(type.subtype).lowercased() == "sdp" { return false }
        reply(message, 415, "Unsupported Media Type", "Accept: application/sdp\r\n")
        return true
    }

    /// A change of a call under way (RFC 3311): one without a description only says that the other side is still there.
    private func update(_ message: Message, _ sip: OpaquePointer) {
        guard let call = table.call(of: message) else { return reply(message, 481, "Call/Transaction Does Not Exist") }
        // libre looks at the numbers of requests that it answers itself.
        guard call.takesNumber(of: message) else { return reply(message, 500, "Server Internal Error") }
        let contact = "Contact: <\(contact(for: message))>\r\n"
        var size = 0
        guard at_rest(message.pointee.mb, &size) != nil else { return reply(message, 200, "OK", contact) }
        if refusesBody(of: message) { return }
        switch call.openOffer {
        case .us: return reply(message, 491, "Request Pending")
        case .them: return reply(message, 500, "Server Internal Error", "Retry-After: \(Int.random(in: 0...10))\r\n")
        case nil: break
        }
        guard let answer = call.renew(message.pointee.mb) else { return reply(message, 488, "Not Acceptable Here") }
        defer { mem_deref(answer) }
        guard let text = at_rest(answer, &size) else { return reply(message, 500, "Server Internal Error") }
        sent(at_reply_body(sip, message, 200, "OK", contact + "Content-Type: application/sdp\r\n", text, size), 200, message)
    }

    /// All values of a header, with commas between them; nil where there is none.
    private func values(of header: sip_hdrid, in message: Message) -> String? {
        var found: [String] = []
        var element = message.pointee.hdrl.head
        for _ in 0..<1024 {
            guard let current = element else { break }
            if let data = current.pointee.data {
                let one = data.assumingMemoryBound(to: sip_hdr.self).pointee
                // Somebody's text goes back to him: one line of it, and no more than there was.
                if one.id == header { found.append(String(one.val).filter { !$0.isNewline && $0 != "\0" }) }
            }
            element = current.pointee.next
        }
        return found.isEmpty ? nil : found.joined(separator: ", ")
    }
}
