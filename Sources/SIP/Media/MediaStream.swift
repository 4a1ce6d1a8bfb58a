import CRe

/// The sound of one call: what comes, from where it may come, and what is sent.
@SIPLoop final class MediaStream: Ticking {
    private let ports: PortRange
    private var sockets: RTPSockets?
    private var agreement: SessionDescription.Agreement?
    /// Where the call's own messages come from: its sound may, too.
    private let signalling: sa
    private let isSymmetric: Bool
    private let ticker: Ticker

    private var latch: Latch?
    private var keys = KeyEvents()
    /// For calls that have no other way to send keys.
    private var ears = HeardKeys()
    private var decoders = SoundDecoders()
    private var sender = RTPSender()
    private var cipher = SoundCipher()
    private var reports = Reports()
    /// Steps of the clock since the beginning.
    private(set) var steps = 0
    private(set) var counts = PacketCounts()

    /// What becomes of what comes and of the time.
    weak var owner: (any MediaOwner)?

    /// The source that was settled on.
    private struct Latch {
        let address: sa
        let step: Int
    }

    /// Steps within which the address of the description may still take the place of another that was first.
    private static let learning = 100
    /// Packets of one step: a second's worth of them at twenty milliseconds each. What is beyond waits in the socket for the next step.
    private static let mostInStep = 50

    /// - Returns: nil when no port is free.
    init?(ports: PortRange, address: sa, signalling: sa, isSymmetric: Bool, ticker: Ticker) {
        self.ports = ports
        self.signalling = signalling
        self.isSymmetric = isSymmetric
        self.ticker = ticker
        sockets = ports.open(
            address, owner: Unmanaged.passUnretained(self).toOpaque(),
            reports: { source, packet, argument in
                guard let source = source?.pointee, let argument else { return }
                nonisolated(unsafe) let packet = packet, me = argument
                SIPLoop.assumeIsolated { Unmanaged<MediaStream>.fromOpaque(me).takeUnretainedValue().receiveReport(source, packet) }
            })
        if sockets == nil { return nil }
    }

    var port: UInt16 { sockets?.port ?? 0 }
    var format: SoundFormat { agreement?.format ?? .muLaw }
    var isSpokenTo: Bool { agreement?.speaks ?? true }

    /// What came before is heard by nobody, but settles where it comes from.
    func begin() {
        take()
        ticker.add(self)
    }

    /// No packet comes or goes any more.
    func close() {
        ticker.remove(self)
        if steps > 0 { report(isLast: true) }
        if let sockets { ports.close(sockets) }
        sockets = nil
        cipher.use(nil)
    }

    /// The other side has said where it is and what it takes; perhaps not for the first time.
    func agree(on agreement: SessionDescription.Agreement) {
        self.agreement = agreement
        sender.use(agreement.format, as: agreement.payloadType)
        sender.packetMilliseconds = agreement.format.packetMilliseconds(agreement.packetMilliseconds)
        cipher.use(agreement.keys)
        reports.forgetWay()
        latch = nil
    }

    // MARK: Coming in

    /// Takes what has come.
    func take() {
        let inbox = Inbox.shared
        var left = Self.mostInStep
        // A packet can end the call, and its sockets with it.
        while left > 0, let sockets {
            let count = sockets.take(to: inbox)
            for index in 0..<count where self.sockets != nil {
                if let packet = inbox[index] { receive(packet) }
            }
            guard count == Inbox.size else { return }
            left -= count
        }
    }

    private func receive(_ datagram: Inbox.Packet) {
        guard let agreement, datagram.bytes.count >= RTPPacket.headerSize else { return }
        // First of all: nothing else of a packet is to be believed, not even how long it is.
        guard let bytes = cipher.opened(datagram.bytes) else {
            counts.dropped += 1
            return
        }
        guard let packet = RTPPacket(bytes) else { return }
        let isKey = agreement.keyTypes.contains(packet.payloadType)
        let format = agreement.taken[packet.payloadType]
        guard isKey || format != nil || agreement.comfortTypes.contains(packet.payloadType), settles(datagram.source, agreement) else {
            counts.dropped += 1
            return
        }
        counts.received += 1
        reports.note(packet, clockRate: format?.clockRate, came: datagram.came)
        let payload = UnsafeRawBufferPointer(rebasing: bytes[packet.payload])
        if isKey {
            owner?.passed(packet)
            if let key = keys.key(payload, timestamp: packet.timestamp) { owner?.pressed(key) }
        } else if let format {
            hear(packet, payload, format, areKeysHeard: agreement.keyTypes.isEmpty)
        } else {
            owner?.passed(packet)
        }
    }

    private func hear(_ packet: RTPPacket, _ payload: UnsafeRawBufferPointer, _ format: SoundFormat, areKeysHeard: Bool) {
        guard let owner else { return }
        guard areKeysHeard || owner.isRecording else { return owner.heard(nil) }
        decoders.withSamples(of: payload, format) { samples in
            owner.heard(HeardSound(packet: packet, bytes: payload, format: format, samples: samples))
            guard areKeysHeard else { return }
            for key in ears.hear(samples) { owner.pressed(key) }
        }
    }

    /// Whether a packet may come from there: from where the description says, or the signalling, until one has come; then from there and from
    /// nowhere else.
    private func settles(_ source: sa, _ agreement: SessionDescription.Agreement) -> Bool {
        var source = source, described = agreement.remote
        if let latch {
            var known = latch.address
            if sa_cmp(&known, &source, Int32(SA_ALL.rawValue)) { return true }
            guard steps - latch.step < Self.learning, sa_cmp(&described, &source, Int32(SA_ALL.rawValue)) else { return false }
        } else {
            var signalling = signalling
            let isDescribed = sa_cmp(&described, &source, Int32((isSymmetric ? SA_ADDR : SA_ALL).rawValue))
            guard isDescribed || isSymmetric && sa_cmp(&signalling, &source, Int32(SA_ADDR.rawValue)) else { return false }
        }
        latch = Latch(address: source, step: steps)
        return true
    }

    // MARK: Going out

    func tick() {
        take()
        steps += 1
        let sound = owner?.nextSound()
        if let agreement, agreement.hears, let socket = sockets?.sound {
            var target = isSymmetric ? latch?.address ?? agreement.remote : agreement.remote
            sender.step(sound) { packet in
                if sa_isset(&target, Int32(SA_ALL.rawValue)), cipher.seals(packet) { _ = udp_send(socket, &target, packet) }
            }
        }
        if reports.step() { report(isLast: false) }
        owner?.passed20Milliseconds()
    }

    // MARK: Reports

    /// From where the sound comes, from whatever port.
    private func receiveReport(_ source: sa, _ buffer: UnsafeMutablePointer<mbuf>?) {
        var size = 0, source = source
        guard let buffer, at_rest(buffer, &size) != nil, size >= 8, size <= RTPPacket.maximumSize, var known = latch?.address,
            sa_cmp(&known, &source, Int32(SA_ADDR.rawValue)), cipher.opensReport(buffer), let bytes = at_rest(buffer, &size)
        else { return }
        reports.noteReport(UnsafeRawBufferPointer(start: bytes, count: size), from: source)
    }

    private func report(isLast: Bool) {
        guard let agreement, let socket = sockets?.reports else { return }
        var target = isSymmetric ? reports.target(agreement.remoteReports) : agreement.remoteReports
        let bytes = reports.packet(sender, isLast: isLast)
        guard sa_isset(&target, Int32(SA_ALL.rawValue)), let packet = mbuf_alloc(bytes.count) else { return }
        defer { mem_deref(packet) }
        guard mbuf_write_mem(packet, bytes, bytes.count) == 0 else { return }
        packet.pointee.pos = 0
        if cipher.sealsReport(packet) { _ = udp_send(socket, &target, packet) }
    }
}
