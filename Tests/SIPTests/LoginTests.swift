import Foundation
import TestKit
import Testing

@testable import SIP

@Suite("Peers whose address is not trusted show that they know a password")
struct LoginTests {
    private func withStranger(
        _ change: @escaping (inout SIPSettings) -> Void = { _ in }, _ body: @Sendable (TestPhone) async throws -> Void
    ) async throws {
        try await withEndpoint {
            $0.trusts = { _ in false }
            $0.strangers = .challenge
            $0.logins = PeerLogins(passwords: ["pbx": "secret", "nobody": ""])
            change(&$0)
        } script: { call in
            await holding(call)
        } _: { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await body(phone)
        }
    }

    @Test("Either hash does, and what belongs to the call needs no password any more", arguments: ["SHA-256", "MD5", nil])
    func right(algorithm: String?) async throws {
        try await withStranger { phone in
            try await expect(200, phone.call("1000", as: "pbx", password: "secret", algorithm: algorithm))
            try await expect(200, phone.ask("INVITE", body: phone.offer(direction: "sendonly")))
            phone.send(phone.request("ACK"))
            try await expect(200, phone.ask("UPDATE"))
            try await expect(200, phone.ask("BYE"))
        }
    }

    @Test("The better hash is offered first, and both are bound to one word that is never the same")
    func challenge() async throws {
        try await withStranger { phone in
            let first = try #require(try await phone.call("1000").headers["www-authenticate"])
            let second = try #require(try await phone.ask("OPTIONS").headers["www-authenticate"])
            let better = try #require(first.range(of: "algorithm=SHA-256")), other = try #require(first.range(of: "algorithm=MD5"))
            #expect(better.lowerBound < other.lowerBound)
            #expect(first.contains("realm=\"aftertone\"") && first.contains("qop=\"auth\"") && !first.contains("stale"))
            #expect(TestDigest(first, username: "", password: "")?.nonce != TestDigest(second, username: "", password: "")?.nonce)
        }
    }

    @Test(
        "A wrong password, a name that nobody has and an empty password are asked again",
        arguments: [("pbx", "Secret"), ("who", "secret"), ("who", "-"), ("nobody", "")])
    func wrong(name: String, password: String) async throws {
        try await withStranger { phone in
            let answer = try await phone.call("1000", as: name, password: password)
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"]?.contains("stale") == false)
        }
    }

    @Test("Credentials are good once: the same again are stale, with the next count they are good")
    func replay() async throws {
        try await withStranger { phone in
            let question = try await phone.ask("OPTIONS", user: "1000")
            var digest = try #require(TestDigest(question.headers["www-authenticate"], username: "pbx", password: "secret"))
            func ask() async throws -> TestPhone.Message { try await phone.ask("OPTIONS", headers: [digest.header("OPTIONS", uri: phone.uri("1000"))]) }
            try await expect(200, ask())
            let again = try await ask()
            #expect(again.status == 401)
            #expect(again.headers["www-authenticate"]?.contains("stale=true") == true)
            digest.count = 3
            try await expect(200, ask())
            digest.count = 2
            try await expect(401, ask())
            // Who does not count may use a word once.
            var old = try #require(TestDigest(again.headers["www-authenticate"], username: "pbx", password: "secret", algorithm: nil))
            old.quality = nil
            digest = old
            try await expect(200, ask())
            try await expect(401, ask())
        }
    }

    @Test("A word that we have not given is none of ours, and credentials for another method are wrong")
    func forged() async throws {
        try await withStranger { phone in
            let question = try await phone.ask("OPTIONS", user: "1000")
            let digest = try #require(TestDigest(question.headers["www-authenticate"], username: "pbx", password: "secret"))
            var other = digest
            other.nonce = String(digest.nonce.reversed())
            try await expect(401, phone.ask("OPTIONS", headers: [other.header("OPTIONS", uri: phone.uri("1000"))]))
            try await expect(401, phone.ask("OPTIONS", headers: [digest.header("INVITE", uri: phone.uri("1000"))]))
            other = digest
            other.quality = "auth-int"
            try await expect(401, phone.ask("OPTIONS", headers: [other.header("OPTIONS", uri: phone.uri("1000"))]))
            try await expect(200, phone.ask("OPTIONS", headers: [digest.header("OPTIONS", uri: phone.uri("1000"))]))
        }
    }

    @Test("So many wrong passwords, and nothing from there is answered; it is told")
    func lock() async throws {
        let told = Locked<[SIPEvent]>([])
        try await withStranger {
            $0.logins.failures = 3
            $0.report = { event in told.withLockedValue { $0.append(event) } }
        } _: { phone in
            for _ in 0..<2 { try await expect(401, phone.call("1000", as: "pbx", password: "guess")) }
            await #expect(throws: TestPhone.TimedOut.self) {
                let question = try await phone.ask("OPTIONS", user: "1000")
                let digest = try #require(TestDigest(question.headers["www-authenticate"], username: "pbx", password: "guess"))
                phone.send(phone.request("OPTIONS", headers: [digest.header("OPTIONS", uri: phone.uri("1000"))]))
                _ = try await phone.next("anything", within: 1) { _ in true }
            }
            for _ in 0..<6000 where told.withLockedValue({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(10)) }
            let locks = told.withLockedValue { $0 }.map { if case .wrongPassword("pbx", _, let isLocked) = $0 { isLocked } else { false } }
            #expect(locks == [false, false, true])
        }
    }

    @Test("Where nobody is asked, strangers hear that they may not")
    func refused() async throws {
        try await withStranger {
            $0.strangers = .refuse
        } _: { phone in
            try await expect(403, phone.call("1000"))
            try await expect(403, phone.ask("OPTIONS"))
        }
    }

    @Test("Only so many messages of strangers are looked at in a second")
    func flood() async throws {
        try await withStranger {
            $0.limits.strangersPerSecond = 5
        } _: { phone in
            for _ in 0..<200 { phone.send(phone.request("OPTIONS", user: "1000")) }
            var answers = 0
            while (try? await phone.next("an answer", within: answers == 0 ? 60 : 3) { $0.status == 401 }) != nil { answers += 1 }
            // Those at once, and those of the time that the sending took; never all.
            #expect((5...50).contains(answers))
        }
    }

    @Test("Words are good for their time, for whom they were made, and while their uses are remembered")
    func nonces() async {
        await SIPLoopTest.run {
            var nonces = Nonces()
            let word = nonces.make(for: "192.0.2.1", now: 1000)
            #expect(nonces.judge(word, count: 1, from: "192.0.2.1", now: 1000) == .good)
            #expect(nonces.judge(word, count: 1, from: "192.0.2.2", now: 1000) == .foreign)
            #expect(nonces.judge(word.uppercased(), count: 1, from: "192.0.2.1", now: 1000) == .foreign)
            #expect(nonces.judge(word, count: 1, from: "192.0.2.1", now: 1000 + Nonces.lifetime) == .stale)
            #expect(nonces.judge(word, count: 1, from: "192.0.2.1", now: 999) == .stale)
            nonces.spend(word, count: 7, now: 1000)
            // More than are remembered: what was forgotten is not good again.
            for _ in 0..<20_100 { nonces.spend(nonces.make(for: "h", now: 1001), count: 1, now: 1001) }
            #expect(nonces.judge(word, count: 8, from: "192.0.2.1", now: 1002) == .stale)
            #expect(Nonces().judge(word, count: 8, from: "192.0.2.1", now: 1002) == .foreign)
        }
    }

    @Test("A lock ends with its time, and few addresses are remembered")
    func failures() {
        var failed = FailedLogins(FailedLogins.Rule(failures: 2, rest: 1000))
        let first = failed.failed("a", now: 0), second = failed.failed("a", now: 10)
        #expect(!first && second)
        let before = failed.isLocked("a", now: 1000), after = failed.isLocked("a", now: 1010)
        #expect(before && !after)
        for index in 0..<30_000 { _ = failed.failed("h\(index)", now: UInt64(2000 + index)) }
        let isRemembered = failed.failed("h29999", now: 32_000)
        #expect(isRemembered)
    }
}

/// Runs on the loop's thread.
enum SIPLoopTest {
    @SIPLoop static func run<Value: Sendable>(_ body: @SIPLoop () throws -> Value) rethrows -> Value { try body() }
}
