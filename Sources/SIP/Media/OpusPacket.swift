import COpus

/// Packets of Opus by what is written on them, without decoding (RFC 6716 §3.1).
public enum OpusPacket {
    /// Bytes of one: what fits into a packet of RTP.
    static let longest = 1500
    /// Ticks of one: 120 milliseconds.
    static let mostTicks = 960
    /// Units of 48,000 a second in a tick.
    public static let unitsInTick = 6

    /// Ticks of 8,000 a second that it lasts; nil for what is no packet.
    public static func ticks(_ packet: some Collection<UInt8>) -> Int? {
        guard !packet.isEmpty, packet.count <= longest else { return nil }
        let bytes = Array(packet)
        let count = opus_packet_get_nb_samples(bytes, Int32(bytes.count), Int32(Clip.rate))
        return count > 0 && Int(count) <= mostTicks ? Int(count) : nil
    }

    // MARK: One after the other

    /// As they lie in a capture: each with its length in two bytes before it.
    static func record(_ packet: [UInt8]) -> [UInt8] { [UInt8(truncatingIfNeeded: packet.count), UInt8(truncatingIfNeeded: packet.count >> 8)] + packet }

    /// - Returns: the packets, up to one that was not written whole.
    public static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var packets: [ArraySlice<UInt8>] = [], place = 0
        while place + 2 <= bytes.count {
            let start = place + 2, end = start + Int(bytes[place]) + Int(bytes[place + 1]) << 8
            guard end > start, end <= bytes.count else { break }
            packets.append(bytes[start..<end])
            place = end
        }
        return packets
    }

    // MARK: Gaps

    /// Packets without sound that last so long: whoever decodes them goes on from what was before and falls silent (RFC 7845 §4.1).
    /// - Parameter last: the packet before the gap; its mode is kept, as a change of it could be heard.
    static func filling(_ ticks: Int, after last: UInt8?) -> [[UInt8]] {
        var left = ticks
        var packets: [[UInt8]] = []
        let lengths = last.map(fillings) ?? narrowest
        for (length, code) in lengths + narrowest {
            while left >= length {
                packets.append([code << 3])
                left -= length
            }
        }
        return packets
    }

    /// Lengths in ticks with their configurations, longest first, of what goes from 2.5 milliseconds on.
    private static let narrowest: [(Int, UInt8)] = [(160, 19), (80, 18), (40, 17), (20, 16)]

    /// Those of the mode and bandwidth of a packet, of at most 20 milliseconds each.
    private static func fillings(_ first: UInt8) -> [(Int, UInt8)] {
        let code = first >> 3
        switch code {
        case 0..<12: return [(160, code / 4 * 4 + 1), (80, code / 4 * 4)]
        case 12..<16: return [(160, code / 2 * 2 + 1), (80, code / 2 * 2)]
        default: return [(160, code / 4 * 4 + 3), (80, code / 4 * 4 + 2), (40, code / 4 * 4 + 1), (20, code / 4 * 4)]
        }
    }
}
