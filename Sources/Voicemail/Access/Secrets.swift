import Crypto
import CryptoExtras
import Foundation
import NIOPosix

/// How secrets are kept: random ones (tokens, API keys) under a keyed hash, which is fast and useless without
/// the server's key; chosen ones (passwords) under scrypt (RFC 7914), which is slow for everybody. What has to be shown again (PINs) is
/// sealed under a key that the server's is turned into.
public struct Secrets: Sendable {
    /// Begun with the halves of the server's key: what a key has to be made into is made once.
    private let keyed: HMAC<SHA256>
    private let signing: HMAC<SHA256>
    let sealingKey: SymmetricKey
    private let pool: NIOThreadPool
    private let cost: Int

    /// - Parameters:
    ///   - pool: where slow hashes run; its size bounds how many run at once, 16 MiB each at the standard cost.
    ///   - cost: scrypt's N, a power of two.
    public init(key: InstallationKey, pool: NIOThreadPool, cost: Int = 16_384) {
        keyed = HMAC<SHA256>(key: SymmetricKey(data: key.identity))
        let renewed = SymmetricKey(data: key.sealing)
        signing = HMAC<SHA256>(key: renewed)
        sealingKey = Self.sealingKey(from: renewed)
        self.pool = pool
        self.cost = cost
    }

    /// The keyed hash of a random secret: 64 hex digits.
    public func fingerprint(_ secret: String) -> String {
        HexID.encode(Self.code(of: secret, keyed))
    }

    /// Bytes that are the same for as long as the installation lasts, and tell nothing of its key.
    func lasting(_ text: String) -> [UInt8] { Array(Self.code(of: text, keyed)) }

    /// A signature over `text` with the server's key, for tokens. After a rotation it is another one.
    public func sign(_ text: String) -> [UInt8] {
        Array(Self.code(of: text, signing))
    }

    private static func code(of text: String, _ begun: HMAC<SHA256>) -> HMAC<SHA256>.MAC {
        var code = begun
        code.update(data: Array(text.utf8))
        return code.finalize()
    }

    /// The slow hash of a chosen secret under a salt: 64 hex digits.
    public func slowHash(_ secret: String, salt: String) async throws -> String {
        try await pool.runIfActive { [cost] in
            let derived = try KDF.Scrypt.deriveKey(
                from: Array(secret.utf8), salt: Array(salt.utf8), outputByteCount: 32, rounds: cost, blockSize: 8, parallelism: 1)
            return derived.withUnsafeBytes { HexID.encode($0) }
        }
    }

    /// Compares without telling by its duration where the texts differ.
    public static func equal(_ left: String, _ right: String) -> Bool {
        let a = Array(left.utf8), b = Array(right.utf8)
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A random text of letters and digits.
    public static func randomText(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }
}
