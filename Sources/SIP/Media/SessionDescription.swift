import CRe

/// What both sides said of the sound (RFC 4566, RFC 3264), over libre's offers and answers.
@SIPLoop final class SessionDescription {
    /// What was agreed on.
    struct Agreement {
        var companding: Companding
        /// Numbers that keys come under.
        var keyTypes: Set<UInt8>
        /// Where sound is to go.
        var remote: sa
        /// Milliseconds of sound in a packet to be sent.
        var packetMilliseconds: Int
        /// Whether the other side wants to hear, and whether it sends.
        var hears: Bool
        var speaks: Bool
    }

    private let session: OpaquePointer
    private let audio: OpaquePointer

    /// The number that keys have where we choose it.
    private static let ownKeyType: UInt8 = 101

    /// - Parameters:
    ///   - address: what the other side is told to send to.
    /// - Returns: nil where there is no memory for it.
    init?(address: sa, port: UInt16) {
        var address = address
        var session: OpaquePointer?
        guard sdp_session_alloc(&session, &address) == 0, let session else { return nil }
        var audio: OpaquePointer?
        guard sdp_media_add(&audio, session, "audio", port, "RTP/AVP") == 0, let audio else {
            mem_deref(UnsafeMutableRawPointer(session))
            return nil
        }
        self.session = session
        self.audio = audio
        _ = at_media_feedback(audio)
        _ = at_format_add(audio, "0", "PCMU", 8000, nil)
        _ = at_format_add(audio, "8", "PCMA", 8000, nil)
        _ = at_format_add(audio, String(Self.ownKeyType), "telephone-event", 8000, "0-15")
        _ = at_media_attribute(audio, "ptime", "20")
    }

    /// Lets go of it; it is not used afterwards.
    func close() { mem_deref(UnsafeMutableRawPointer(session)) }

    /// Reads what the other side says.
    /// - Parameter isOffer: false for the answer to ours.
    /// - Returns: nil where nothing of it can be used.
    func read(_ text: UnsafeMutablePointer<mbuf>, isOffer: Bool) -> Agreement? {
        guard sdp_decode(session, text, isOffer) == 0 else { return nil }
        guard sdp_media_rport(audio) != 0, let remote = sdp_media_raddr(audio)?.pointee else { return nil }
        var companding: Companding?
        var keyTypes: Set<UInt8> = isOffer ? [] : [Self.ownKeyType]
        forEachFormat { format in
            guard let type = UInt8(exactly: format.pt) else { return }
            if let known = Companding(payloadType: type) {
                companding = companding ?? known
            } else if let name = format.name, String(cString: name).lowercased() == "telephone-event" {
                keyTypes.insert(type)
            }
        }
        guard let companding else { return nil }
        // As seen from here: what the other side calls sendonly is recvonly for us.
        let direction = sdp_media_rdir(audio)
        return Agreement(
            companding: companding, keyTypes: keyTypes, remote: remote, packetMilliseconds: packetMilliseconds,
            hears: direction.rawValue & SDP_SENDONLY.rawValue != 0, speaks: direction.rawValue & SDP_RECVONLY.rawValue != 0)
    }

    /// In the order that the other side prefers.
    private func forEachFormat(_ body: (sdp_format) -> Void) {
        var element = sdp_media_format_lst(audio, false)?.pointee.head
        // A list of one datagram's formats ends long before.
        for _ in 0..<256 {
            guard let current = element else { return }
            if let data = current.pointee.data { body(data.assumingMemoryBound(to: sdp_format.self).pointee) }
            element = current.pointee.next
        }
    }

    /// As asked for by the other side, from 10 to 60.
    private var packetMilliseconds: Int {
        guard let text = sdp_media_rattr(audio, "ptime"), let wanted = Int(String(cString: text)), (10...60).contains(wanted) else { return 20 }
        return wanted
    }

    /// - Returns: what is to be sent, which the caller lets go of; nil where it cannot be made.
    func write(isOffer: Bool) -> UnsafeMutablePointer<mbuf>? {
        var text: UnsafeMutablePointer<mbuf>?
        guard sdp_encode(&text, session, isOffer) == 0 else { return nil }
        return text
    }
}
