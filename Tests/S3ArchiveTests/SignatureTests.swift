import Crypto
import Foundation
import Testing
import Voicemail

@testable import S3Archive

/// The examples that AWS prints in "Authenticating Requests: Using the Authorization Header".
struct SignatureTests {
    private struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let path: String
        let query: [(String, String)]
        let headers: [String: String]
        let body: String
        let signature: String

        var testDescription: String { name }
    }

    private static let examples = [
        Example(
            name: "a range of an object", method: "GET", path: "test.txt", query: [], headers: ["range": "bytes=0-9"], body: "",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            name: "an object that is put, with a name to encode", method: "PUT", path: "test$file.text", query: [],
            headers: ["date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"], body: "Welcome to Amazon S3.",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            name: "a word of a query without a value", method: "GET", path: "", query: [("lifecycle", "")], headers: [:], body: "",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            name: "a listing", method: "GET", path: "", query: [("prefix", "J"), ("max-keys", "2")], headers: [:], body: "",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: examples)
    private func isAsPublished(_ example: Example) throws {
        let credentials = try #require(S3Credentials(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        let subject = SignatureV4.Subject(
            method: example.method, path: "/" + URIEncoding.encode(example.path, keeping: "/"), query: URIEncoding.query(example.query),
            headers: example.headers.merging(["host": "examplebucket.s3.amazonaws.com"]) { $1 },
            payload: HexID.encode(SHA256.hash(data: Data(example.body.utf8))))
        let headers = SignatureV4(credentials: credentials, region: "us-east-1").headers(for: subject, at: Timestamp(unix: 1_369_353_600))
        #expect(headers["x-amz-date"] == "20130524T000000Z")
        let authorization = try #require(headers["authorization"])
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders="))
        #expect(authorization.hasSuffix(", Signature=" + example.signature), "\(SignatureV4.canonical(subject))")
    }

    @Test func aSessionTokenIsSignedToo() throws {
        let credentials = try #require(S3Credentials(accessKey: "A", secretKey: "S", sessionToken: "T"))
        let subject = SignatureV4.Subject(method: "GET", path: "/", query: "", headers: ["host": "h"], payload: "UNSIGNED-PAYLOAD")
        let headers = SignatureV4(credentials: credentials, region: "r").headers(for: subject, at: Timestamp(unix: 0))
        #expect(headers["x-amz-security-token"] == "T")
        #expect(headers["authorization"]?.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") == true)
    }

    @Test func whatIsNotUnreservedIsEncoded() {
        #expect(URIEncoding.encode("az AZ09-._~/é+%", keeping: "/") == "az%20AZ09-._~/%C3%A9%2B%25")
        #expect(URIEncoding.query([("uploads", ""), ("a b", "c/d"), ("a", "=")]) == "a=%3D&a%20b=c%2Fd&uploads=")
    }
}
