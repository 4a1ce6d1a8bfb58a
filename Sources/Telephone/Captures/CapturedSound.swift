import SIP

/// The sound of a recording as it came, with what its bytes mean.
struct CapturedSound: Sendable {
    let format: SoundFormat
    let bytes: [UInt8]

    init(_ format: SoundFormat, _ bytes: [UInt8]) {
        self.format = format
        self.bytes = bytes
    }

    /// Of 8,000 a second.
    var ticks: Int {
        guard format == .opus else { return bytes.count }
        return OpusPacket.split(bytes).reduce(0) { $0 + (OpusPacket.ticks($1) ?? 0) }
    }

    var milliseconds: Int { ticks * 1000 / Clip.rate }

    /// Bytes of its beginning that last so long; of Opus whole packets.
    func bytes(of ticks: Int) -> Int {
        guard format == .opus else { return min(max(0, ticks), bytes.count) }
        var passed = 0, count = 0
        for packet in OpusPacket.split(bytes) where passed < ticks {
            passed += OpusPacket.ticks(packet) ?? 0
            count = packet.endIndex
        }
        return count
    }

    /// As a telephone hears it.
    var samples: [Int16] {
        var decoder = SoundDecoder(format)
        guard format == .opus else { return decoder.narrow(bytes) }
        return OpusPacket.split(bytes).flatMap { decoder.narrow($0) }
    }
}
