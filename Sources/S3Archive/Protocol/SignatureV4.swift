import Crypto
import Foundation
import Voicemail

/// AWS Signature Version 4, in the `Authorization` header.
struct SignatureV4: Sendable {
    let credentials: S3Credentials
    let region: String
    var service = "s3"

    /// What of a request is signed.
    struct Subject: Sendable {
        var method: String
        /// Encoded.
        var path: String
        /// Encoded and sorted.
        var query: String
        /// All of them are signed. Names in lower case.
        var headers: [String: String]
        /// SHA-256 of the body, or the words that stand for one.
        var payload: String
    }

    /// The headers that a request needs beside its own, `Authorization` among them.
    func headers(for subject: Subject, at time: Timestamp) -> [String: String] {
        var added = ["x-amz-date": Self.stamp(time), "x-amz-content-sha256": subject.payload]
        if let token = credentials.sessionToken { added["x-amz-security-token"] = token }
        var signed = subject
        signed.headers.merge(added) { $1 }
        added["authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope(time)), SignedHeaders=\(Self.names(signed)), "
            + "Signature=\(signature(of: signed, at: time))"
        return added
    }

    func signature(of subject: Subject, at time: Timestamp) -> String {
        let canonical = HexID.encode(SHA256.hash(data: Data(Self.canonical(subject).utf8)))
        let text = "AWS4-HMAC-SHA256\n\(Self.stamp(time))\n\(scope(time))\n\(canonical)"
        var key = Data("AWS4\(credentials.secretKey)".utf8)
        for part in [time.utc.date(""), region, service, "aws4_request", text] {
            key = Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: SymmetricKey(data: key)))
        }
        return HexID.encode(key)
    }

    static func canonical(_ subject: Subject) -> String {
        let headers = subject.headers.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.trimmingCharacters(in: .whitespaces))\n" }.joined()
        return [subject.method, subject.path, subject.query, headers, names(subject), subject.payload].joined(separator: "\n")
    }

    private static func names(_ subject: Subject) -> String { subject.headers.keys.sorted().joined(separator: ";") }

    private func scope(_ time: Timestamp) -> String { "\(time.utc.date(""))/\(region)/\(service)/aws4_request" }

    /// `20130524T000000Z`.
    private static func stamp(_ time: Timestamp) -> String { "\(time.utc.date(""))T\(time.utc.time(""))Z" }
}
