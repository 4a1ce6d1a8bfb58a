/// One packet of sound or of a key (RFC 3550 §5.1), as it lies in memory.
public struct RTPPacket {
    public static let headerSize = 12
    /// Bytes of a packet that anybody may send.
    static let maximumSize = 2048

    public let payloadType: UInt8
    public let isMarked: Bool
    public let sequence: UInt16
    public let timestamp: UInt32
    public let source: UInt32
    /// Where its payload lies in the packet.
    public let payload: Range<Int>

    /// - Returns: nil for what is no RTP: whatever comes, this does not trap.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.headerSize, bytes.count <= Self.maximumSize, bytes[0] >> 6 == 2 else { return nil }
        var start = Self.headerSize + 4 * Int(bytes[0] & 15)
        var end = bytes.count
        if bytes[0] & 0x10 != 0 {
            // An extension of as many words as it says (RFC 3550 §5.3.1).
            guard start + 4 <= end else { return nil }
            start += 4 + 4 * (Int(bytes[start + 2]) << 8 | Int(bytes[start + 3]))
        }
        if bytes[0] & 0x20 != 0 {
            // The last byte says how many there are for padding, itself among them.
            let padding = Int(bytes[end - 1])
            guard padding > 0 else { return nil }
            end -= padding
        }
        guard start <= end else { return nil }
        payloadType = bytes[1] & 0x7F
        isMarked = bytes[1] & 0x80 != 0
        sequence = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        timestamp = Self.word(bytes, at: 4)
        source = Self.word(bytes, at: 8)
        payload = start..<end
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) }
    }

    /// Writes the header of a packet.
    static func writeHeader(
        to bytes: UnsafeMutableRawBufferPointer, payloadType: UInt8, isMarked: Bool, sequence: UInt16, timestamp: UInt32, source: UInt32
    ) {
        guard bytes.count >= headerSize else { return }
        bytes[0] = 0x80
        bytes[1] = payloadType & 0x7F | (isMarked ? 0x80 : 0)
        bytes[2] = UInt8(truncatingIfNeeded: sequence >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: sequence)
        for index in 0..<4 {
            bytes[4 + index] = UInt8(truncatingIfNeeded: timestamp >> (24 - 8 * UInt32(index)))
            bytes[8 + index] = UInt8(truncatingIfNeeded: source >> (24 - 8 * UInt32(index)))
        }
    }
}
