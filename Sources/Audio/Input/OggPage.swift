import Voicemail

/// One page of an Ogg stream (RFC 3533 section 6) whose checksum holds.
struct OggPage {
    let range: Range<Int>
    let isContinued: Bool
    let isFirst: Bool
    /// The time stamp of the last packet that ends here, in samples; -1 when none does.
    let granule: Int64
    let serial: UInt32
    let sequence: UInt32
    /// The lengths by which the body is cut into packets: one below 255 ends a packet.
    let lacing: [UInt8]

    var endsPacket: Bool { lacing.contains { $0 < 255 } }
    var bodyStart: Int { range.upperBound - lacing.reduce(0) { $0 + Int($1) } }

    private static let headerBytes = 27

    /// - Returns: nil when no whole, undamaged page begins at `offset`. `checked` grows by the bytes
    ///   that had to be looked at.
    init?(in source: ByteSource, at offset: Int, checked: inout Int) throws(AudioError) {
        let header = try source.bytes(at: offset, count: Self.headerBytes)
        guard header.count == Self.headerBytes, header.hasText("OggS"), header[4] == 0 else { return nil }
        lacing = try source.bytes(at: offset + Self.headerBytes, count: Int(header[26]))
        guard lacing.count == Int(header[26]) else { return nil }
        let size = Self.headerBytes + lacing.count + lacing.reduce(0) { $0 + Int($1) }
        guard offset + size <= source.size else { return nil }
        var bytes = try source.bytes(at: offset, count: size)
        checked += size
        bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        guard Self.checksum(of: bytes) == header.little(UInt32.self, at: 22) else { return nil }
        range = offset..<offset + size
        isContinued = header[5] & 1 != 0
        isFirst = header[5] & 2 != 0
        granule = Int64(bitPattern: header.little(UInt64.self, at: 6))
        serial = header.little(UInt32.self, at: 14)
        sequence = header.little(UInt32.self, at: 18)
    }

    /// CRC-32 as Ogg has it: polynomial 04C11DB7, no reflection, nothing before or after.
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                bytes.reduce(0) { $0 << 8 ^ table[Int($0 >> 24 ^ UInt32($1))] }
            }
        }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { crc, _ in crc & 0x8000_0000 == 0 ? crc << 1 : crc << 1 ^ 0x04C1_1DB7 }
    }
}
