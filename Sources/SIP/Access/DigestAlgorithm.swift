import Crypto

/// How what is known by two is hashed so that none else learns it (RFC 8760).
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    case sha256 = "SHA-256", md5 = "MD5"

    /// - Parameter name: as credentials have it; nil means MD5 (RFC 3261 §22.4).
    init?(name: String?) {
        guard let name else {
            self = .md5
            return
        }
        guard let known = Self.allCases.first(where: { $0.rawValue == name.uppercased() }) else { return nil }
        self = known
    }

    /// Of the parts with colons between them, in hexadecimal digits.
    func hash(_ parts: String...) -> String {
        let bytes = Array(parts.joined(separator: ":").utf8)
        return switch self {
        case .sha256: Self.hexadecimal(SHA256.hash(data: bytes))
        case .md5: Self.hexadecimal(Insecure.MD5.hash(data: bytes))
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
