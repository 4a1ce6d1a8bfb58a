import Foundation

/// A key as descriptions carry it: `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:…` (RFC 4568 §9).
struct CryptoAttribute: Sendable, Hashable, CustomStringConvertible {
    let tag: Int
    let key: CryptoKey

    init(tag: Int, key: CryptoKey) {
        self.tag = tag
        self.key = key
    }

    /// - Parameter text: the attribute's value.
    /// - Returns: nil for a suite that is not known, and for what is asked of it and not done: several keys, keys by number in each packet, parameters
    ///   of the session.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard words.count >= 3, words[0].utf8.count <= 9, let tag = Int(words[0]), tag >= 0, let suite = CryptoSuite(rawValue: words[1]),
            words[2].lowercased().hasPrefix("inline:"), !words[2].contains(";"), words[3...].allSatisfy({ $0.uppercased().hasPrefix("WSH=") })
        else { return nil }
        let parts = words[2].dropFirst("inline:".count).split(separator: "|", omittingEmptySubsequences: false)
        // A lifetime may follow, which no call lives long enough for. What has a colon numbers the key.
        guard let first = parts.first, parts.count <= 2, !parts.dropFirst().contains(where: { $0.contains(":") }) else { return nil }
        let digits = first.prefix { $0 != "=" }
        let padded = String(digits) + String(repeating: "=", count: (4 - digits.count % 4) % 4)
        guard let bytes = Data(base64Encoded: padded), bytes.count == suite.keySize else { return nil }
        self.tag = tag
        key = CryptoKey(suite: suite, bytes: Array(bytes))
    }

    var description: String { "\(tag) \(key.suite.rawValue) inline:\(Data(key.bytes).base64EncodedString())" }
}
