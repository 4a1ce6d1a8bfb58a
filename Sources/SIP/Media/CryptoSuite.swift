import CRe

/// How sound is encrypted (RFC 4568 §6.2, RFC 6188, RFC 7714).
enum CryptoSuite: String, Sendable, Hashable, CaseIterable {
    case aes128SHA80 = "AES_CM_128_HMAC_SHA1_80", aes128SHA32 = "AES_CM_128_HMAC_SHA1_32"
    case aes256SHA80 = "AES_256_CM_HMAC_SHA1_80", aes256SHA32 = "AES_256_CM_HMAC_SHA1_32"
    case aes128GCM = "AEAD_AES_128_GCM", aes256GCM = "AEAD_AES_256_GCM"

    /// Bytes of the key and of the salt after it.
    var keySize: Int {
        switch self {
        case .aes128SHA80, .aes128SHA32: 16 + 14
        case .aes256SHA80, .aes256SHA32: 32 + 14
        case .aes128GCM: 16 + 12
        case .aes256GCM: 32 + 12
        }
    }

    var suite: srtp_suite {
        switch self {
        case .aes128SHA80: SRTP_AES_CM_128_HMAC_SHA1_80
        case .aes128SHA32: SRTP_AES_CM_128_HMAC_SHA1_32
        case .aes256SHA80: SRTP_AES_256_CM_HMAC_SHA1_80
        case .aes256SHA32: SRTP_AES_256_CM_HMAC_SHA1_32
        case .aes128GCM: SRTP_AES_128_GCM
        case .aes256GCM: SRTP_AES_256_GCM
        }
    }
}

/// A suite with the key for it and the salt after the key.
struct CryptoKey: Sendable, Hashable {
    let suite: CryptoSuite
    let bytes: [UInt8]

    static func random(_ suite: CryptoSuite) -> CryptoKey {
        var generator = SystemRandomNumberGenerator()
        return CryptoKey(suite: suite, bytes: (0..<suite.keySize).map { _ in .random(in: 0...255, using: &generator) })
    }
}
