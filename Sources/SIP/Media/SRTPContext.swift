import CRe

/// Encrypts or decrypts the packets of one direction (RFC 3711).
@SIPLoop final class SRTPContext {
    let key: CryptoKey
    private var context: OpaquePointer?

    /// - Returns: nil where there is no memory for it.
    init?(_ key: CryptoKey) {
        self.key = key
        let error = key.bytes.withUnsafeBufferPointer { srtp_alloc(&context, key.suite.suite, $0.baseAddress, $0.count, 0) }
        guard error == 0, context != nil else { return nil }
    }

    /// - Returns: false where it cannot be sent.
    func encrypt(_ packet: UnsafeMutablePointer<mbuf>) -> Bool {
        guard let context else { return false }
        return srtp_encrypt(context, packet) == 0
    }

    /// - Returns: false for one that was not made with the key, or came before.
    func decrypt(_ packet: UnsafeMutablePointer<mbuf>) -> Bool {
        guard let context else { return false }
        return srtp_decrypt(context, packet) == 0
    }

    /// Reports, under keys of their own.
    func encryptReport(_ packet: UnsafeMutablePointer<mbuf>) -> Bool { context.map { srtcp_encrypt($0, packet) == 0 } ?? false }
    func decryptReport(_ packet: UnsafeMutablePointer<mbuf>) -> Bool { context.map { srtcp_decrypt($0, packet) == 0 } ?? false }

    func close() {
        if let context { mem_deref(UnsafeMutableRawPointer(context)) }
        context = nil
    }
}

/// Both directions of one call.
@SIPLoop struct SoundCipher {
    /// What was agreed on: keys of theirs and of ours.
    struct Keys: Sendable, Hashable {
        let theirs: CryptoKey
        let ours: CryptoKey
    }

    private var incoming: SRTPContext?
    private var outgoing: SRTPContext?
    /// Whether packets are encrypted at all.
    private(set) var isOn = false

    /// A key that stays goes on counting where it was: it must not be used twice for one number.
    mutating func use(_ keys: Keys?) {
        isOn = keys != nil
        incoming = Self.context(keys?.theirs, incoming)
        outgoing = Self.context(keys?.ours, outgoing)
    }

    private static func context(_ key: CryptoKey?, _ old: SRTPContext?) -> SRTPContext? {
        if let key, old?.key == key { return old }
        old?.close()
        return key.flatMap { SRTPContext($0) }
    }

    /// Decrypts a packet where it lies.
    /// - Returns: what is in it; nil where it may not be heard.
    func opened(_ packet: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard isOn else { return UnsafeRawBufferPointer(packet) }
        // libre looks at a buffer of its own kind, and makes it no longer.
        var view = mbuf(buf: packet.baseAddress?.assumingMemoryBound(to: UInt8.self), size: packet.count, pos: 0, end: packet.count)
        guard incoming?.decrypt(&view) == true, view.end <= packet.count, view.pos <= view.end else { return nil }
        return UnsafeRawBufferPointer(rebasing: packet[view.pos..<view.end])
    }

    func opensReport(_ packet: UnsafeMutablePointer<mbuf>) -> Bool { !isOn || incoming?.decryptReport(packet) == true }
    func sealsReport(_ packet: UnsafeMutablePointer<mbuf>) -> Bool { !isOn || outgoing?.encryptReport(packet) == true }

    /// - Returns: whether it may be sent.
    func seals(_ packet: UnsafeMutablePointer<mbuf>) -> Bool { !isOn || outgoing?.encrypt(packet) == true }
}
