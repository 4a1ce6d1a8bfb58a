import TestKit
import Testing

@testable import SIPGrammar

/// What is asked for with a password, and what is shown (RFC 3261 §22, RFC 7616).
@Suite struct DigestFieldTests {
    private func challenge(_ text: String) -> DigestChallenge? { DigestChallenge(Array(text.utf8)) }
    private func credentials(_ text: String) -> DigestCredentials? { DigestCredentials(Array(text.utf8)) }

    @Test func aChallengeWithEverything() throws {
        let asked = try #require(
            challenge(#"Digest realm="a \"b\", c", qop="Auth, auth-int", nonce="n==", opaque="", stale=TRUE, algorithm=SHA-256, domain="sip:x", unknown=1"#))
        #expect(asked.realm == #"a "b", c"# && asked.nonce == "n==" && asked.opaque == "" && asked.algorithm == "SHA-256")
        #expect(asked.qualities == ["auth", "auth-int"] && asked.isStale)
    }

    @Test func aChallengeWithTheLeast() throws {
        let asked = try #require(challenge("  dIGEST\tnonce = x ,realm=\"\",,"))
        #expect(asked == challenge("Digest realm=,nonce=x"))
        #expect(asked.realm == "" && asked.nonce == "x" && asked.opaque == nil && asked.algorithm == nil && asked.qualities == nil && !asked.isStale)
    }

    @Test(arguments: [("auth", ["auth"]), ("\"auth\"", ["auth"]), ("\"\"", []), ("\"auth-int , AUTH\"", ["auth-int", "auth"]), ("token", ["token"])])
    func qualities(_ text: String, _ expected: [String]) { #expect(challenge("Digest realm=a,nonce=b,qop=\(text)")?.qualities == expected) }

    @Test(arguments: [("true", true), ("\"True\"", true), ("false", false), ("1", false), ("\"\"", false)])
    func stale(_ text: String, _ isStale: Bool) { #expect(challenge("Digest realm=a,nonce=b,stale=\(text)")?.isStale == isStale) }

    @Test(arguments: [
        "", "Digest", "Digest ", "Digest x", "Digest realm=a", "Digest nonce=a", "Basic realm=a, nonce=b", "Digestrealm=a,nonce=b", "Digest realm=a;nonce=b",
        "Digest realm=a nonce=b", "Digest realm=a, realm=a, nonce=b", "Digest realm=a, REALM=b, nonce=b", "Digest realm=\"a, nonce=b",
        "Digest =a, realm=a, nonce=b",
        "Digest realm=\"a\" x, nonce=b", "Digest re alm=a, nonce=b", "\"Digest\" realm=a, nonce=b", "Digest realm=\"a\u{1}\", nonce=b",
        "Digest realm=a, nonce=\"\u{7f}\"",
        "Digest realm=a, nonce=b, opaque=\"\n\"", "Digest realm=a, nonce=b, algorithm=\"\0\"",
    ])
    func noChallenge(_ text: String) { #expect(challenge(text) == nil) }

    @Test func whatWouldGoBackIsBounded() {
        let most = String(repeating: "x", count: 1024)
        for part in ["realm", "nonce", "opaque", "algorithm"] {
            let others = ["realm", "nonce"].filter { $0 != part }.map { "\($0)=y" }.joined(separator: ",")
            #expect(challenge("Digest \(others),\(part)=\(most)") != nil && challenge("Digest \(others),\(part)=\(most)x") == nil, "\(part)")
        }
        func parts(_ count: Int) -> String { "Digest realm=a,nonce=b" + (2..<count).map { ",p\($0)=1" }.joined() }
        #expect(challenge(parts(32)) != nil && challenge(parts(33)) == nil)
    }

    private static let shown = #"Digest username="bob", realm="r", nonce="n", uri="sip:r", response="ABCDEF""#

    @Test func credentialsWithEverythingAndWithTheLeast() throws {
        let least = try #require(credentials(Self.shown))
        #expect(least.username == "bob" && least.realm == "r" && least.nonce == "n" && least.uri == "sip:r" && least.response == "abcdef")
        #expect(least.algorithm == nil && least.quality == nil && least.clientNonce == nil && least.count == nil)
        let most = try #require(credentials(Self.shown + #", algorithm=md5, qop=AUTH, cnonce="C", nc=0000000A, opaque="o""#))
        #expect(most.algorithm == "md5" && most.quality == "auth" && most.clientNonce == "C" && most.count == "0000000A" && most.uri == least.uri)
    }

    @Test(arguments: ["username", "realm", "nonce", "uri", "response"]) func noneMayBeMissingOrDoubled(_ part: String) {
        let parts = ["username=a", "realm=b", "nonce=c", "uri=d", "response=e"]
        #expect(credentials("Digest " + parts.joined(separator: ", ")) != nil)
        #expect(credentials("Digest " + parts.filter { !$0.hasPrefix(part) }.joined(separator: ", ")) == nil)
        #expect(credentials("Digest " + (parts + parts.filter { $0.hasPrefix(part) }).joined(separator: ", ")) == nil)
    }

    @Test func textIsReadAsItIsWritten() {
        let latin = Array("Digest username=\"M".utf8) + [0xfc] + Array("ller\", realm=b, nonce=c, uri=d, response=e".utf8)
        #expect(DigestCredentials(latin)?.username == "Müller")
        #expect(credentials(#"Digest username="\a\\b\"", realm=b, nonce=c, uri="a=b,c", response=e"#)?.username == #"a\b""#)
        #expect(credentials(#"Digest username=a, realm=b, nonce=c, uri="a=b,c", response=e"#)?.uri == "a=b,c")
    }

    /// Whatever is written between quotes comes out as it went in, in whatever order the parts stand.
    @Test func whatIsWrittenIsRead() throws {
        var random = SeededRandom(seed: 2617)
        let letters = Array("ab \"\\,=<>;é0")
        func text() -> String { String((0..<Int.random(in: 0...12, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }) }
        func quoted(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
        for _ in 0..<2000 {
            let values = ["realm": text(), "nonce": text(), "opaque": text()]
            let parts = values.map { "\($0.key)=\(quoted($0.value))" } + ["stale=true", "x=\(quoted(text()))"]
            let asked = try #require(
                challenge("Digest " + parts.shuffled(using: &random).joined(separator: [",", ", ", " ,\t"].randomElement(using: &random) ?? ",")))
            #expect(asked.realm == values["realm"] && asked.nonce == values["nonce"] && asked.opaque == values["opaque"] && asked.isStale)
        }
    }

    /// Fields that were broken at random are read to their end or not taken, and never a half of them.
    @Test func brokenFields() {
        var random = SeededRandom(seed: 7616), taken = 0
        let seed = Array((Self.shown + #", qop=auth, nc=00000001, cnonce="x", algorithm=MD5, opaque="\"""#).utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array("\"\\,= \t<>".utf8).randomElement(using: &random) ?? 0, at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { break }
            }
            guard let read = DigestCredentials(bytes) else { continue }
            taken += 1
            #expect(read.response.utf8.allSatisfy { !(0x41...0x5a).contains($0) } && read.username.utf8.count <= bytes.count)
        }
        #expect(taken > 1000 && taken < 19_000)
    }
}
