import CRe

/// What both sides said of the sound (RFC 4566, RFC 3264), over libre's offers and answers.
@SIPLoop final class SessionDescription {
    /// What was agreed on.
    struct Agreement {
        /// What is sent, and how a recording is kept.
        var format: SoundFormat
        /// Its number in what is sent.
        var payloadType: UInt8
        /// What may come, by number: some send what was not agreed on.
        var taken: [UInt8: SoundFormat]
        /// Numbers that keys come under.
        var keyTypes: Set<UInt8>
        /// Numbers under which the other side says how its silence sounds (RFC 3389): silence is what is kept of it.
        var comfortTypes: Set<UInt8>
        /// Where sound is to go.
        var remote: sa
        /// Where reports are to go.
        var remoteReports: sa
        /// Milliseconds of sound in a packet to be sent.
        var packetMilliseconds: Int
        /// Whether the other side wants to hear, and whether it sends.
        var hears: Bool
        var speaks: Bool
        /// Where sound is encrypted.
        var keys: SoundCipher.Keys?
    }

    private let session: OpaquePointer
    private let audio: OpaquePointer
    private let encryption: SoundEncryption
    private let formats: [SoundFormat]
    /// Our key as the description has it.
    private var own: CryptoAttribute?

    /// The number that keys have where we choose it.
    private static let ownKeyType: UInt8 = 101
    /// The same beside Opus.
    private static let ownOpusKeyType: UInt8 = 110

    /// Those below mean the same to everybody (RFC 3551 §6).
    private static let firstFreeType: UInt8 = 35
    /// Of comfort noise, which some send unasked.
    private static let comfortType: UInt8 = 13

    /// - Parameters:
    ///   - address: what the other side is told to send to.
    /// - Returns: nil where there is no memory for it.
    init?(address: sa, port: UInt16, formats: [SoundFormat], encryption: SoundEncryption) {
        var address = address
        var session: OpaquePointer?
        guard sdp_session_alloc(&session, &address) == 0, let session else { return nil }
        var audio: OpaquePointer?
        guard sdp_media_add(&audio, session, "audio", port, encryption == .required ? "RTP/SAVP" : "RTP/AVP") == 0, let audio else {
            mem_deref(UnsafeMutableRawPointer(session))
            return nil
        }
        self.session = session
        self.audio = audio
        self.encryption = encryption
        self.formats = formats
        _ = at_media_profiles(audio, encryption != .required, encryption != .off)
        for format in formats {
            _ = at_format_add(
                audio, String(format.payloadType), format.encodingName, UInt32(format.clockRate), format.describedChannels,
                format == .opus ? "useinbandfec=1" : nil)
        }
        // Keys go by the clock of the sound that they are in (RFC 4733 §2.1).
        _ = at_format_add(audio, String(Self.ownKeyType), "telephone-event", 8000, 1, "0-15")
        if formats.contains(.opus) { _ = at_format_add(audio, String(Self.ownOpusKeyType), "telephone-event", 48_000, 1, "0-15") }
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
        var common: [(format: SoundFormat, type: UInt8)] = []
        var taken: [UInt8: SoundFormat] = [:]
        for format in formats where format.isNumbered || !isOffer { taken[format.payloadType] = format }
        var keyTypes: Set<UInt8> = isOffer ? [] : formats.contains(.opus) ? [Self.ownKeyType, Self.ownOpusKeyType] : [Self.ownKeyType]
        var comfortTypes: Set<UInt8> = [Self.comfortType]
        forEachFormat { format in
            guard let type = UInt8(exactly: format.pt) else { return }
            if let known = formats.first(where: { $0.isNumbered && $0.payloadType == type }) { return common.append((known, type)) }
            guard type >= Self.firstFreeType, let text = format.name else { return }
            let name = String(cString: text).lowercased()
            if name == "telephone-event" {
                taken[type] = nil
                keyTypes.insert(type)
            } else if name == "cn" {
                comfortTypes.insert(type)
            } else if let known = formats.first(where: { !$0.isNumbered && $0.encodingName == name && $0.clockRate == Int(format.srate) }) {
                common.append((known, type))
                taken[type] = known
                keyTypes.remove(type)
            }
        }
        guard let (format, type) = common.first else { return nil }
        var keys: SoundCipher.Keys?
        if isEncrypted {
            guard encryption != .off, let agreed = agreeOnKeys(isOffer: isOffer) else { return nil }
            keys = agreed
        } else {
            guard encryption != .required else { return nil }
            own = nil
            at_media_attribute_remove(audio, "crypto")
        }
        var reports = sa()
        sdp_media_raddr_rtcp(audio, &reports)
        // As seen from here: what the other side calls sendonly is recvonly for us. Older ones have no word for it, and name no address to send to while they
        // hold a call (RFC 3264 §8.4).
        var address = remote
        let direction = sa_is_any(&address) ? SDP_INACTIVE : sdp_media_rdir(audio)
        return Agreement(
            format: format, payloadType: type, taken: taken, keyTypes: keyTypes, comfortTypes: comfortTypes, remote: remote, remoteReports: reports,
            packetMilliseconds: packetMilliseconds, hears: direction.rawValue & SDP_SENDONLY.rawValue != 0,
            speaks: direction.rawValue & SDP_RECVONLY.rawValue != 0, keys: keys)
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
        if isOffer, isEncrypted, own == nil { choose(CryptoAttribute(tag: 1, key: .random(.aes128SHA80))) }
        var text: UnsafeMutablePointer<mbuf>?
        guard sdp_encode(&text, session, isOffer) == 0 else { return nil }
        return text
    }
}

// MARK: Keys

extension SessionDescription {
    /// Whether the profile is one with encryption (RFC 3711 §12).
    private var isEncrypted: Bool { sdp_media_proto(audio).map { String(cString: $0).contains("SAVP") } ?? false }

    /// The first of theirs that can be used, with one of ours for the same suite (RFC 4568 §5.1).
    private func agreeOnKeys(isOffer: Bool) -> SoundCipher.Keys? {
        guard let theirs = offeredKeys.first(where: { isOffer || $0.tag == own?.tag && $0.key.suite == own?.key.suite }) else { return nil }
        // A key in use stays in use: a new one would be another stream.
        let ours = own.flatMap { $0.key.suite == theirs.key.suite ? $0.key : nil } ?? .random(theirs.key.suite)
        choose(CryptoAttribute(tag: theirs.tag, key: ours))
        return SoundCipher.Keys(theirs: theirs.key, ours: ours)
    }

    private func choose(_ attribute: CryptoAttribute) {
        own = attribute
        _ = at_media_attribute(audio, "crypto", attribute.description)
    }

    private var offeredKeys: [CryptoAttribute] {
        var found: [CryptoAttribute] = []
        withUnsafeMutablePointer(to: &found) { list in
            _ = sdp_media_rattr_apply(
                audio, "crypto",
                { _, value, argument in
                    guard let value, let list = argument?.assumingMemoryBound(to: [CryptoAttribute].self) else { return false }
                    if let attribute = CryptoAttribute(String(cString: value)) { list.pointee.append(attribute) }
                    return list.pointee.count >= 16
                }, list)
        }
        return found
    }
}
