import CRe
import Crypto

/// The tags of answers that nothing is remembered of (RFC 3261 §8.2.7): the same request has the same one, and what comes back with it tells by itself
/// that it was asked for.
@SIPLoop struct AnswerTags {
    private let key = SymmetricKey(size: .bits256)

    /// Of the request, or of the ACK for its answer: both have the same branch, name and number (RFC 3261 §17.1.1.3).
    func tag(of message: UnsafePointer<sip_msg>) -> UInt64 {
        let message = message.pointee
        let parts = [String(message.via.branch), String(message.callid), String(message.cseq.num), String(message.from.tag), PeerAddress(message.src).host]
        let code = HMAC<SHA256>.authenticationCode(for: Array(parts.joined(separator: "\n").utf8), using: key)
        return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether it is the ACK for one of these answers.
    func isAnswered(by message: UnsafePointer<sip_msg>) -> Bool {
        let tag = String(tag(of: message), radix: 16)
        return String(message.pointee.to.tag) == String(repeating: "0", count: 16 - tag.count) + tag
    }
}
