import Foundation
import SIPGrammar
import TestKit
import Testing

@testable import SIP

@Suite("Passwords are hashed as the RFCs have it, and rates are kept")
struct AccessTests {
    // MARK: Hashes

    /// RFC 7616 §3.9.1 and RFC 2617 §3.5, in their own numbers.
    @Test("The examples of the RFCs")
    func examples() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
        for (algorithm, expected) in [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"), (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let secret = algorithm.hash("Mufasa", "http-auth@example.org", "Circle of Life"), request = algorithm.hash("GET", "/dir/index.html")
            #expect(algorithm.hash(secret, nonce, "00000001", own, "auth", request) == expected)
        }
        let secret = DigestAlgorithm.md5.hash("Mufasa", "testrealm@host.com", "Circle Of Life"), request = DigestAlgorithm.md5.hash("GET", "/dir/index.html")
        let old = DigestAlgorithm.md5.hash(secret, "dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", "auth", request)
        #expect(old == "6629fae49393a05397450978507c4ef1")
    }

    @Test("Names of hashes in any case; none at all is MD5, and another is none")
    func names() {
        #expect(DigestAlgorithm(name: nil) == .md5 && DigestAlgorithm(name: "md5") == .md5 && DigestAlgorithm(name: "sha-256") == .sha256)
        for other in ["", "SHA256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "token"] { #expect(DigestAlgorithm(name: other) == nil, "\(other)") }
    }

    @Test("Secrets are equal or not, whatever their lengths")
    func secrets() {
        #expect(Secret.isEqual("", "") && Secret.isEqual("abc", "abc") && !Secret.isEqual("abc", "abd") && !Secret.isEqual("bbc", "abc"))
        #expect(!Secret.isEqual("abc", "ab") && !Secret.isEqual("", "a") && !Secret.isEqual("ä", "a"))
    }

    // MARK: Answers to questions

    private func answer(_ status: String = "401 Unauthorized", _ lines: String...) throws -> DigestAnswer? {
        let head = ["SIP/2.0 \(status)", "Via: SIP/2.0/UDP h", "From: <sip:a@b>;tag=1", "To: <sip:a@b>;tag=2", "Call-ID: 1", "CSeq: 1 REGISTER"]
        return DigestAnswer(try SIPMessage(Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8)))
    }

    /// The parts of a line, by name.
    private func parts(_ line: String) throws -> [String: String] {
        let value = try #require(line.components(separatedBy: "Digest ").dropFirst().first?.trimmingCharacters(in: .newlines))
        let credentials = try #require(DigestCredentials(Array("Digest \(value)".utf8)))
        return [
            "username": credentials.username, "realm": credentials.realm, "nonce": credentials.nonce, "uri": credentials.uri, "response": credentials.response,
            "algorithm": credentials.algorithm ?? "-", "qop": credentials.quality ?? "-", "cnonce": credentials.clientNonce ?? "-",
            "nc": credentials.count ?? "-",
        ]
    }

    @Test("The answer has what was asked, and counts up")
    func counted() throws {
        var digest = try #require(
            try answer("401 Unauthorized", #"WWW-Authenticate: Digest realm="a \"b\"", nonce="n\\", opaque="o", qop="auth,auth-int", algorithm=SHA-256"#))
        for count in 1...3 {
            let line = digest.line(method: "REGISTER", uri: "sip:pbx", user: "a\"b\\c", password: "p")
            let shown = try parts(line), number = "0000000\(count)"
            #expect(line.hasPrefix("Authorization: Digest ") && line.hasSuffix("\r\n") && line.contains("opaque=\"o\""))
            #expect(shown["username"] == "a\"b\\c" && shown["realm"] == "a \"b\"" && shown["nonce"] == "n\\" && shown["qop"] == "auth" && shown["nc"] == number)
            let hash = DigestAlgorithm.sha256, secret = hash.hash("a\"b\\c", "a \"b\"", "p"), request = hash.hash("REGISTER", "sip:pbx")
            #expect(shown["response"] == hash.hash(secret, "n\\", number, shown["cnonce"] ?? "", "auth", request))
        }
    }

    @Test("One that is older than RFC 2617 is answered so")
    func old() throws {
        var digest = try #require(try answer("407 Proxy Authentication Required", "Proxy-Authenticate: Digest realm=r, nonce=n"))
        let line = digest.line(method: "REGISTER", uri: "sip:pbx", user: "u", password: "p"), shown = try parts(line)
        #expect(line.hasPrefix("Proxy-Authorization: Digest ") && !line.contains("opaque") && !line.contains("algorithm"))
        #expect(shown["qop"] == "-" && shown["nc"] == "-" && shown["cnonce"] == "-")
        #expect(shown["response"] == DigestAlgorithm.md5.hash(DigestAlgorithm.md5.hash("u", "r", "p"), "n", DigestAlgorithm.md5.hash("REGISTER", "sip:pbx")))
    }

    @Test(
        "Of several questions the best that can be answered is, and the first of those",
        arguments: [
            (["MD5", "SHA-256"], "n1"), (["SHA-256", "MD5"], "n0"), (["SHA-512-256", "MD5"], "n1"), (["MD5", "MD5"], "n0"),
            (["X", "MD5-sess", "md5", "sha-256"], "n3"),
        ])
    func best(algorithms: [String], nonce: String) throws {
        let lines = algorithms.enumerated().map { "WWW-Authenticate: Digest realm=r, nonce=n\($0.offset), qop=\"auth\", algorithm=\($0.element)" }
        var digest = try #require(try answer("401 Unauthorized", lines.joined(separator: "\r\n")))
        #expect(try parts(digest.line(method: "REGISTER", uri: "sip:pbx", user: "u", password: "p"))["nonce"] == nonce)
    }

    @Test("What cannot be answered is not: another scheme, hash or quality, the field of the other status, and the ninth question")
    func none() throws {
        let good = "WWW-Authenticate: Digest realm=r, nonce=n"
        #expect(try answer("401 Unauthorized", good) != nil)
        for line in [
            "X: y", "WWW-Authenticate: Basic realm=r", good + ", algorithm=MD5-sess", good + ", qop=\"auth-int\"", good + ", qop=\"\"",
            "Proxy-\(good.dropFirst(4))",
        ] {
            #expect(try answer("401 Unauthorized", line) == nil, "\(line)")
        }
        #expect(try answer("407 Proxy Authentication Required", good) == nil)
        let strange = [String](repeating: "WWW-Authenticate: Basic realm=r", count: 7).joined(separator: "\r\n")
        #expect(try answer("401 Unauthorized", strange, good) != nil && answer("401 Unauthorized", strange, "WWW-Authenticate: Bearer x", good) == nil)
        #expect(try answer("401 Unauthorized", good)?.isStale == false && answer("401 Unauthorized", good + ", stale=true")?.isStale == true)
    }

    // MARK: Rates

    @Test("So many at once, and as many more as time passes, in whatever steps it is told", arguments: [1, 7, 100, 250, 1000])
    func callRate(step: UInt64) {
        var rate = CallRate(10), allowed = 0
        for _ in 0..<30 { if rate.allows(now: 5000) { allowed += 1 } }
        #expect(allowed == 10)
        // Two seconds later there are as many as at first, and not twice.
        for _ in 0..<30 { if rate.allows(now: 7000) { allowed += 1 } }
        #expect(allowed == 20)
        // Asked all the time, each second has ten.
        var counted = 0
        for now in stride(from: 7000 + step, through: 17_000, by: UInt64.Stride(step)) {
            for _ in 0..<20 { if rate.allows(now: now) { counted += 1 } }
        }
        #expect((99...100).contains(counted))
        // A clock that went back gives nothing.
        let back = rate.allows(now: 0)
        #expect(!back)
    }

    @Test("Where there are to be none, there are none")
    func noRate() {
        var none = CallRate(0), strangers = StrangerRates(perSecond: 0)
        let one = none.allows(now: 0), later = none.allows(now: 1_000_000), stranger = strangers.allows("a", now: 1_000_000)
        #expect(!one && !later && !stranger)
    }

    @Test("What waits for somebody to change a setting waits longer", arguments: [(1, 30.0, 60.0), (4, 30, 60), (5, 40, 80), (6, 80, 160), (100, 150, 300)])
    func hopeless(failures: Int, least: Double, most: Double) { #expect(BackOff.range(after: failures, isHopeless: true) == least...most) }

    @Test("No wait is shorter after one more failure, and none is endless")
    func growing() {
        let ranges = (0...40).map { BackOff.range(after: $0) }
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.lowerBound <= $1.lowerBound && $0.upperBound <= $1.upperBound })
        #expect(ranges[0] == 2.5...5 && ranges.allSatisfy { $0.upperBound <= 300 && $0.lowerBound == $0.upperBound / 2 })
    }

    @Test("Who succeeds is counted anew, and a lock lasts from its last failure")
    func failures() {
        var failed = FailedLogins(FailedLogins.Rule(failures: 3, rest: 1000))
        var locks = [failed.failed("a", now: 0), failed.failed("a", now: 1)]
        failed.succeeded("a")
        locks += [failed.failed("a", now: 2), failed.failed("a", now: 3), failed.failed("a", now: 4), failed.failed("a", now: 5)]
        // Told once: with the failure that locks it.
        #expect(locks == [false, false, false, false, true, false])
        var isLocked = [failed.isLocked("a", now: 1004), failed.isLocked("b", now: 5), failed.isLocked("a", now: 1005), failed.isLocked("a", now: 6)]
        #expect(isLocked == [true, false, false, false])
        // Those that are old are not counted on.
        locks = [failed.failed("c", now: 2000), failed.failed("c", now: 2001)]
        isLocked = [failed.isLocked("c", now: 3001)]
        locks += [failed.failed("c", now: 3002), failed.failed("c", now: 3003), failed.failed("c", now: 3004)]
        #expect(locks == [false, false, false, false, true] && isLocked == [false])
    }

    // MARK: Words

    @Test("A word is good for higher counts alone, and its lifetime ends to the millisecond")
    func nonces() async {
        await SIPLoopTest.run {
            var nonces = Nonces()
            let word = nonces.make(for: "h", now: 50)
            nonces.spend(word, count: 5, now: 60)
            let verdicts = [4, 5, 6].map { nonces.judge(word, count: $0, from: "h", now: 70) }
            #expect(verdicts == [.stale, .stale, .good])
            #expect(
                nonces.judge(word, count: 6, from: "h", now: 49 + Nonces.lifetime) == .good
                    && nonces.judge(word, count: 6, from: "h", now: 50 + Nonces.lifetime) == .stale)
            // Looking does not spend.
            #expect(nonces.judge(word, count: 6, from: "h", now: 70) == .good)
        }
    }

    @Test("A word of which one digit was changed is none of ours")
    func forged() async {
        await SIPLoopTest.run {
            let nonces = Nonces(), word = Array(nonces.make(for: "h", now: 1).utf8)
            #expect(word.count == 64)
            for place in word.indices {
                var other = word
                other[place] = other[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(nonces.judge(String(decoding: other, as: UTF8.self), count: 1, from: "h", now: 2) == .foreign, "\(place)")
            }
            let others: [[UInt8]] = [Array(word.dropLast()), word + [0x30], []]
            for other in others {
                #expect(nonces.judge(String(decoding: other, as: UTF8.self), count: 1, from: "h", now: 2) == .foreign)
            }
            #expect(nonces.make(for: "h", now: 1) != nonces.make(for: "h", now: 1))
        }
    }

    // MARK: Addresses

    @Test(
        "Addresses are told with brackets where they need them, and registrations are named after them",
        arguments: [("192.0.2.1", "192.0.2.1:5060", "192.0.2.1"), ("2001:db8::1", "[2001:db8::1]:5060", "[2001:db8::1]"), ("::", "[::]:5060", "[::]")])
    func brackets(host: String, told: String, bracketed: String) {
        #expect(PeerAddress(host: host, port: 5060).description == told)
        var settings = RegistrationSettings(user: "700", host: host)
        #expect(settings.name == "700@\(bracketed)" && settings.registrar == "sip:\(bracketed)" && settings.address == "sip:700@\(bracketed)")
        settings.port = 5070
        #expect(settings.name == "700@\(bracketed):5070" && settings.registrar == "sip:\(bracketed):5070" && settings.address == "sip:700@\(bracketed)")
    }

    @Test("An address in numbers goes to libre and back; a name goes nowhere")
    func numbers() throws {
        for (host, port) in [("192.0.2.1", UInt16(1)), ("2001:db8::1", 65_535), ("0.0.0.0", 0), ("::1", 5060)] {
            let address = try #require(PeerAddress(host: host, port: port).socketAddress)
            #expect(PeerAddress(address) == PeerAddress(host: host, port: port))
        }
        for host in ["localhost", "", "192.0.2", "192.0.2.256", "[::1]", "::g", "1.2.3.4 "] {
            #expect(PeerAddress(host: host, port: 1).socketAddress == nil, "\(host)")
        }
    }
}
