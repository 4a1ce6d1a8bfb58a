import Crypto
import Foundation

/// What a phone of a test shows when it is asked for a password (RFC 7616, RFC 8760): written from the RFCs, and able to be wrong in one thing at a time.
public struct TestDigest: Sendable {
    public var username: String
    public var password: String
    public var realm = "aftertone"
    public var nonce: String
    public var algorithm: String? = "SHA-256"
    public var quality: String? = "auth"
    public var count = 1
    public var isStale = false

    /// - Parameter challenge: the `WWW-Authenticate` fields of an answer, one after the other.
    public init?(_ challenge: String?, username: String, password: String, algorithm: String? = "SHA-256") {
        guard let challenge else { return nil }
        let wanted = challenge.components(separatedBy: "Digest ").first { $0.contains("algorithm=" + (algorithm ?? "MD5")) }
        guard let wanted, let nonce = Self.value("nonce", wanted), let realm = Self.value("realm", wanted) else { return nil }
        self.username = username
        self.password = password
        self.nonce = nonce
        self.realm = realm
        self.algorithm = algorithm
        isStale = wanted.contains("stale=true")
    }

    private static func value(_ name: String, _ text: String) -> String? {
        guard let start = text.range(of: name + "=\"")?.upperBound else { return nil }
        return String(text[start...].prefix { $0 != "\"" })
    }

    /// The header for a request.
    public func header(_ method: String, uri: String) -> String {
        let count = String(repeating: "0", count: 8 - String(count, radix: 16).count) + String(count, radix: 16)
        let secret = hash("\(username):\(realm):\(password)"), request = hash("\(method):\(uri)")
        let response = hash(quality.map { "\(secret):\(nonce):\(count):c1:\($0):\(request)" } ?? "\(secret):\(nonce):\(request)")
        return "Authorization: Digest username=\"\(username)\", realm=\"\(realm)\", nonce=\"\(nonce)\", uri=\"\(uri)\", response=\"\(response)\""
            + (algorithm.map { ", algorithm=\($0)" } ?? "") + (quality.map { ", qop=\($0), nc=\(count), cnonce=\"c1\"" } ?? "")
    }

    private func hash(_ text: String) -> String {
        let data = Array(text.utf8)
        let bytes = algorithm == "SHA-256" ? Array(SHA256.hash(data: data)) : Array(Insecure.MD5.hash(data: data))
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
