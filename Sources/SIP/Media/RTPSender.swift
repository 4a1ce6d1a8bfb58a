import CRe

/// Puts sound into packets. Timestamps follow the clock, whether anything is sent or not.
@SIPLoop struct RTPSender {
    /// Milliseconds of sound in a packet.
    var packetMilliseconds = 20

    let source = UInt32.random(in: 0...(.max))
    private var sequence = UInt16.random(in: 0...(.max))
    private(set) var timestamp = UInt32.random(in: 0...(.max))
    /// Sent so far, with their bytes of sound.
    private(set) var packets: UInt32 = 0
    private(set) var bytes: UInt32 = 0
    private var encoder = SoundEncoder(.muLaw)
    private var payloadType: UInt8 = 0
    /// Samples that have been given and not sent.
    private var pending: [Int16] = []
    /// Whether the last step had sound.
    private var isTalking = false
    private var quietSteps = 0

    private static let samplesInStep = Clip.rate / 50
    /// While nothing is said a packet goes out each second: the ways through routers, and those who wait for a sign of life, need no more.
    private static let stepsBetweenSigns = 50

    /// What is sent from now on is in this.
    /// - Parameter type: its number.
    mutating func use(_ format: SoundFormat, as type: UInt8) {
        payloadType = type
        guard format != encoder.format else { return }
        encoder = SoundEncoder(format)
        pending.removeAll()
    }

    /// Twenty milliseconds have passed.
    mutating func step(_ sound: ArraySlice<Int16>?, _ send: (UnsafeMutablePointer<mbuf>) -> Void) {
        guard let sound else { return rest(send) }
        let isFirst = !isTalking
        isTalking = true
        quietSteps = 0
        pending += sound
        if sound.count < Self.samplesInStep { pending.append(contentsOf: repeatElement(0, count: Self.samplesInStep - sound.count)) }
        flush(isMarked: isFirst, send)
    }

    private mutating func flush(isMarked: Bool, _ send: (UnsafeMutablePointer<mbuf>) -> Void) {
        let size = packetMilliseconds * Clip.rate / 1000
        var isMarked = isMarked
        while pending.count >= size {
            put(pending.prefix(size), isMarked: isMarked, send)
            pending.removeFirst(size)
            isMarked = false
        }
    }

    private mutating func rest(_ send: (UnsafeMutablePointer<mbuf>) -> Void) {
        if !pending.isEmpty {
            // The last packet of a piece is filled up.
            let size = packetMilliseconds * Clip.rate / 1000
            pending.append(contentsOf: repeatElement(0, count: max(0, size - pending.count)))
            flush(isMarked: false, send)
            pending.removeAll()
        }
        isTalking = false
        quietSteps += 1
        guard quietSteps % Self.stepsBetweenSigns == 0 else {
            timestamp &+= UInt32(Self.samplesInStep * encoder.format.unitsInTick)
            return
        }
        put([Int16](repeating: 0, count: Self.samplesInStep)[...], isMarked: true, send)
    }

    private mutating func put(_ samples: ArraySlice<Int16>, isMarked: Bool, _ send: (UnsafeMutablePointer<mbuf>) -> Void) {
        defer { timestamp &+= UInt32(truncatingIfNeeded: samples.count * encoder.format.unitsInTick) }
        let bytes = encoder.encode(samples)
        if bytes.isEmpty { return }
        let size = RTPPacket.headerSize + bytes.count
        guard let packet = mbuf_alloc(size) else { return }
        defer { mem_deref(packet) }
        guard let buffer = packet.pointee.buf, packet.pointee.size >= size else { return }
        let space = UnsafeMutableRawBufferPointer(start: buffer, count: size)
        RTPPacket.writeHeader(
            to: space, payloadType: payloadType, isMarked: isMarked, sequence: sequence, timestamp: timestamp, source: source)
        space[RTPPacket.headerSize...].copyBytes(from: bytes)
        packet.pointee.end = size
        sequence &+= 1
        packets &+= 1
        self.bytes &+= UInt32(truncatingIfNeeded: bytes.count)
        send(packet)
    }
}
