import Voicemail

/// `msg_id`: the second a message was left, and its number in eight or more hexadecimal digits (P§7).
enum MessageID {
    static func text(_ message: Message) -> String {
        let digits = String(message.serial, radix: 16)
        return "\(message.timestamp.unix)-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// - Returns: nil for anything that `text` would not write.
    static func key(_ text: String) -> MessageKey? {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        // Before 1970 the seconds have a sign of their own.
        guard halves.count >= 2, let digits = halves.last, (8...16).contains(digits.utf8.count), digits.utf8.allSatisfy(HexID.isLowerHex),
            digits.utf8.count == 8 || digits.utf8.first != UInt8(ascii: "0"), let serial = Int(digits, radix: 16)
        else { return nil }
        let seconds = text.dropLast(digits.utf8.count + 1)
        guard let unix = Int(seconds), String(unix) == seconds else { return nil }
        return .serial(serial, left: Timestamp(unix: unix))
    }
}
