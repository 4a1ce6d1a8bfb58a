import Foundation

/// Reports of one side to the other (RFC 3550 §6): what was sent, what came, and who says so.
enum ReportPacket {
    private static let senderReport: UInt8 = 200, receiverReport: UInt8 = 201, description: UInt8 = 202, goodbye: UInt8 = 203
    /// Seconds between 1900 and 1970.
    private static let epoch = 2_208_988_800.0

    /// What was sent so far.
    struct Sent {
        let timestamp: UInt32
        let packets: UInt32
        let bytes: UInt32
    }

    /// - Parameters:
    ///   - source: our number.
    ///   - name: ours, the same throughout a call and said of nothing else.
    ///   - sent: nil for one who has sent nothing since the last.
    ///   - block: about what came; nil where nothing did.
    static func bytes(source: UInt32, name: String, sent: Sent?, block: [UInt8]?, isLast: Bool, date: Date = Date()) -> [UInt8] {
        var body = Bytes.word(source)
        if let sent {
            let seconds = date.timeIntervalSince1970 + epoch
            let whole = UInt32(truncatingIfNeeded: Int(seconds)), part = UInt32(truncatingIfNeeded: Int((seconds - seconds.rounded(.down)) * 4_294_967_296))
            body += Bytes.word(whole) + Bytes.word(part) + Bytes.word(sent.timestamp) + Bytes.word(sent.packets) + Bytes.word(sent.bytes)
        }
        body += block ?? []
        var packet = part(sent == nil ? receiverReport : senderReport, block == nil ? 0 : 1, body)
        let text = Array(name.utf8.prefix(255))
        // The name, and at least one byte of nothing, to a multiple of four.
        let item = [1, UInt8(text.count)] + text
        packet += part(description, 1, Bytes.word(source) + item + [UInt8](repeating: 0, count: 4 - item.count % 4))
        if isLast { packet += part(goodbye, 1, Bytes.word(source)) }
        return packet
    }

    private static func part(_ type: UInt8, _ count: UInt8, _ body: [UInt8]) -> [UInt8] {
        let words = body.count / 4
        return [0x80 | count, type, UInt8(truncatingIfNeeded: words >> 8), UInt8(truncatingIfNeeded: words)] + body
    }

    /// The middle of the time that the other side tells; nil where it tells none, and for what is no report.
    static func time(in bytes: UnsafeRawBufferPointer, of source: UInt32) -> UInt32? {
        var start = 0
        // No input makes this trap: each step is over at least four bytes that are there.
        while let head = Bytes.word(bytes, at: start) {
            guard head >> 30 == 2 else { return nil }
            let type = UInt8(truncatingIfNeeded: head >> 16)
            if type == senderReport, Bytes.word(bytes, at: start + 4) == source, let high = Bytes.word(bytes, at: start + 8),
                let low = Bytes.word(bytes, at: start + 12)
            {
                return high << 16 | low >> 16
            }
            start += 4 + 4 * Int(head & 0xFFFF)
        }
        return nil
    }
}
