import CRe
import SIPGrammar

/// How a request becomes a call.
extension SIPEndpoint {
    func invite(_ message: UnsafePointer<sip_msg>) {
        guard let sock else { return }
        guard let invitation = Invitation(message) else { return reply(message, 400, "Bad Request") }
        if let refusal = refusal(of: invitation.source) { return refuse(message, refusal) }
        let told = settings.advertised.flatMap { PeerAddress(host: $0, port: 0).socketAddress } ?? message.pointee.dst
        guard
            let media = MediaStream(
                ports: ports, address: message.pointee.dst, signalling: message.pointee.src, isSymmetric: settings.isSymmetric,
                ticker: settings.ticker ?? .shared)
        else { return refuse(message, .unavailable(seconds: settings.limits.retrySeconds)) }
        guard let description = SessionDescription(address: told, port: media.port, formats: settings.formats, encryption: settings.encryption) else {
            // libre has a pointer to it until it is closed.
            media.close()
            return refuse(message, .unavailable(seconds: settings.limits.retrySeconds))
        }
        var agreement: SessionDescription.Agreement?
        if let body = message.pointee.mb, mbuf_get_left(body) > 0 {
            agreement = description.read(body, isOffer: true)
            guard agreement != nil else {
                reply(message, 488, "Not Acceptable Here")
                media.close()
                description.close()
                return
            }
        }
        let call = Call(
            invitation, media: media, description: description, agreement: agreement, endpoint: self, limits: settings.limits)
        table.add(call)
        guard call.ring(message, over: sock, contact: contact(for: message)) else {
            reply(message, 400, "Bad Request")
            return call.end(.refused)
        }
        announce.yield(call)
    }

    private func refuse(_ message: UnsafePointer<sip_msg>, _ refusal: CallRefusal) {
        reply(message, refusal.code, refusal.reason, refusal.headers)
    }

    private func refusal(of peer: PeerAddress) -> CallRefusal? {
        let limits = settings.limits
        let isTaken = !isDraining && isReady && table.count < limits.calls && table.count(of: peer) < limits.callsOfPeer && rate.allows(now: tmr_jiffies())
        return isTaken ? nil : .unavailable(seconds: limits.retrySeconds)
    }

    /// An address of ours, as others are told it.
    func told(_ address: PeerAddress) -> PeerAddress { PeerAddress(host: settings.advertised ?? address.host, port: address.port) }

    /// The address that the other side is to send its further requests to.
    func contact(for message: UnsafePointer<sip_msg>) -> String {
        let reached = PeerAddress(message.pointee.dst)
        let told = told(reached)
        let transport =
            switch message.pointee.tp {
            case SIP_TRANSP_TCP: ";transport=tcp"
            case SIP_TRANSP_TLS: ";transport=tls"
            default: ""
            }
        // A request for TLS all the way gets a sips Contact (RFC 3261 §8.1.1.8), which needs no transport parameter.
        return String(message.pointee.uri.scheme).lowercased() == "sips" ? "sips:aftertone@\(told)" : "sip:aftertone@\(told)\(transport)"
    }
}

extension Invitation {
    /// - Returns: nil for a request that does not keep to the grammar.
    @SIPLoop init?(_ request: UnsafePointer<sip_msg>) {
        guard let message = SIPMessage(of: request) else { return nil }
        self.message = message
        source = PeerAddress(request.pointee.src)
        port = PeerAddress(request.pointee.dst).port
        transport = request.pointee.tp.name
    }
}

extension SIPMessage {
    /// Reads a message by our own grammar.
    @SIPLoop init?(of message: UnsafePointer<sip_msg>) {
        var size = 0
        guard let bytes = at_message_text(message, &size) else { return nil }
        do {
            try self.init(UnsafeRawBufferPointer(start: bytes, count: size), framing: message.pointee.tp == SIP_TRANSP_UDP ? .datagram : .stream)
        } catch {
            return nil
        }
    }
}
