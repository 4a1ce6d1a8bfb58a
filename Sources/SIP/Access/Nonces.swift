import Crypto

/// The words that strangers are to hash their passwords with. Each tells by itself that it is ours, when it was made, and for whom; only what was
/// used is remembered, so asking for many costs nothing here.
@SIPLoop struct Nonces {
    enum Verdict: Hashable {
        case good
        /// Ours, and too old or used with that count before: another will do.
        case stale
        /// Not ours, or made for somebody else.
        case foreign
    }

    private let key = SymmetricKey(size: .bits256)
    /// How often each was used, of those still good, and the same in the order of their first use.
    private var used: [String: UInt64] = [:]
    private var order: [(nonce: String, made: UInt64)] = []
    /// What was made before is not good any more, because its uses are not remembered.
    private var forgotten: UInt64 = 0

    /// Milliseconds that one is good for.
    static let lifetime: UInt64 = 120_000
    /// Those that are remembered.
    private static let most = 20_000
    /// Digits: of the time, of chance, of the seal.
    private static let digits = (time: 16, chance: 16, seal: 32)

    /// - Parameters:
    ///   - host: who is to use it.
    ///   - now: milliseconds of a clock that never goes back.
    func make(for host: String, now: UInt64) -> String {
        let head = Self.digits(now) + Self.digits(UInt64.random(in: 0...(.max)))
        return head + seal(head, host)
    }

    func judge(_ nonce: String, count: UInt64, from host: String, now: UInt64) -> Verdict {
        let bytes = Array(nonce.utf8)
        guard bytes.count == Self.digits.time + Self.digits.chance + Self.digits.seal else { return .foreign }
        let head = String(decoding: bytes[..<(Self.digits.time + Self.digits.chance)], as: UTF8.self)
        guard Secret.isEqual(seal(head, host), String(decoding: bytes[(Self.digits.time + Self.digits.chance)...], as: UTF8.self)),
            let made = Self.time(of: bytes)
        else { return .foreign }
        guard made >= forgotten, now >= made, now - made < Self.lifetime else { return .stale }
        return count > used[nonce] ?? 0 ? .good : .stale
    }

    /// Notes that one was used with a count: it is not good for that count or one before it any more. Only for those who have shown who they are.
    mutating func spend(_ nonce: String, count: UInt64, now: UInt64) {
        while let oldest = order.first, order.count >= Self.most || now >= oldest.made + Self.lifetime {
            if order.count >= Self.most { forgotten = max(forgotten, oldest.made + 1) }
            used[oldest.nonce] = nil
            order.removeFirst()
        }
        if used.updateValue(count, forKey: nonce) == nil { order.append((nonce, Self.time(of: Array(nonce.utf8)) ?? now)) }
    }

    private func seal(_ head: String, _ host: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array((head + " " + host).utf8), using: key)
        return code.prefix(Self.digits.seal / 2).map { Self.digits($0) }.joined()
    }

    private static func time(of bytes: [UInt8]) -> UInt64? { UInt64(String(decoding: bytes.prefix(digits.time), as: UTF8.self), radix: 16) }

    private static func digits(_ number: some FixedWidthInteger & UnsignedInteger) -> String {
        let text = String(number, radix: 16), width = number.bitWidth / 4
        return String(repeating: "0", count: width - text.count) + text
    }
}

enum Secret {
    /// Takes as long whatever the difference is.
    static func isEqual(_ first: String, _ second: String) -> Bool {
        let first = Array(first.utf8), second = Array(second.utf8)
        guard first.count == second.count else { return false }
        return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
