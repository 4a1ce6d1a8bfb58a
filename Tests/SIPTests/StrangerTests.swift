import Foundation
import SIPGrammar
import TestKit
import Testing

@testable import SIP

@Suite("Strangers are answered once, and shut nobody out")
struct StrangerTests {
    private func withStranger(_ treatment: StrangersTreatment, _ body: @Sendable (SIPEndpoint, TestPhone) async throws -> Void) async throws {
        try await withEndpoint {
            $0.trusts = { _ in false }
            $0.strangers = treatment
            $0.logins = PeerLogins(passwords: ["pbx": "secret"])
        } script: { call in
            await holding(call)
        } _: { endpoint, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await body(endpoint, phone)
        }
    }

    @Test("An INVITE gets one answer, however long nobody confirms it; the same again gets the same", arguments: [StrangersTreatment.challenge, .refuse])
    func once(treatment: StrangersTreatment) async throws {
        try await withStranger(treatment) { _, phone in
            let status = treatment == .challenge ? 401 : 403
            let invite = phone.request("INVITE", user: "1000", body: phone.offer())
            phone.send(invite)
            let first = try await phone.next("an answer") { ($0.status ?? 0) >= 200 }
            #expect(first.status == status)
            // More than twice the time after which a transaction would say it again (RFC 3261 §17.2.1): only time shows that nothing comes.
            await #expect(throws: TestPhone.TimedOut.self) { try await phone.next("another", within: 2) { _ in true } }
            phone.send(invite)
            let second = try await phone.next("an answer") { ($0.status ?? 0) >= 200 }
            #expect(second.toTag == first.toTag && first.toTag?.count == 16)
            // The confirmation is for nobody, and what follows is answered.
            phone.send(
                phone.request("ACK", isNew: false).replacingOccurrences(
                    of: "To: <\(phone.uri("1000"))>", with: "To: <\(phone.uri("1000"))>;tag=\(first.toTag ?? "")"))
            try await expect(status, phone.ask("OPTIONS", user: "1000"))
        }
    }

    @Test("Nobody chooses who gets our answers", arguments: [StrangersTreatment.challenge, .refuse])
    func maddr(treatment: StrangersTreatment) async throws {
        try await withStranger(treatment) { endpoint, phone in
            let victim = try TestPhone(server: phone.server)
            defer { victim.close() }
            let before = await Self.dropped(endpoint)
            for method in ["INVITE", "OPTIONS"] {
                let request = phone.request(method, user: "1000", body: method == "INVITE" ? phone.offer() : "")
                phone.send(
                    request.replacingOccurrences(
                        of: "Via: SIP/2.0/UDP 127.0.0.1:\(phone.sip.port);", with: "Via: SIP/2.0/UDP 127.0.0.1:\(victim.sip.port);maddr=127.0.0.1;"))
            }
            // What is sent later is answered later.
            try await expect(treatment == .challenge ? 401 : 403, phone.ask("OPTIONS", user: "1000"))
            #expect(await Self.dropped(endpoint) == before + 2)
            await #expect(throws: TestPhone.TimedOut.self) { try await victim.next("anything", within: 0) { _ in true } }
        }
    }

    @Test("One place has its share of what is looked at, and many together have what there is")
    func rates() {
        var rates = StrangerRates(perSecond: 100)
        func looked(_ count: Int, now: UInt64, _ place: (Int) -> String) -> Int { (0..<count).count { rates.allows(place($0), now: now) } }
        let first = looked(500, now: 1000) { _ in "a" }, second = looked(500, now: 1000) { _ in "b" }, others = looked(500, now: 1000) { "h\($0)" }
        #expect(first == 20 && second == 20 && others == 60)
        // More places than are remembered, each once: all of them have what is left.
        let again = looked(500, now: 3000) { _ in "a" }, many = looked(5000, now: 3000) { "p\($0)" }, more = looked(5000, now: 5000) { "q\($0)" }
        #expect(again == 20 && many == 80 && more == 100)
        rates = StrangerRates(perSecond: 3)
        let few = looked(50, now: 0) { _ in "a" }
        #expect(few == 3)
    }

    @Test("Who has shown a password is heard whatever others send, until he is forgotten")
    func known() async {
        await SIPLoopTest.run {
            var settings = SIPSettings(address: PeerAddress(host: "127.0.0.1", port: 0)) { _ in false }
            settings.strangers = .challenge
            let door = Doorkeeper(settings)
            let flood = (0..<1000).count { door.looks(at: PeerAddress(host: "203.0.113.\($0 % 256)", port: 5060)) }
            #expect(flood < 1000)
            #expect(!door.remembers(PeerAddress(host: "192.0.2.1", port: 5060)))
        }
        var hosts = KnownHosts()
        hosts.note("a", now: 1000)
        #expect(hosts.has("a", now: 1000) && hosts.has("a", now: 999 + KnownHosts.lifetime) && !hosts.has("a", now: 1000 + KnownHosts.lifetime))
        #expect(!hosts.has("b", now: 1000))
        for index in 0..<5000 { hosts.note("h\(index)", now: UInt64(2000 + index)) }
        #expect(hosts.has("h4999", now: 8000) && !hosts.has("a", now: 8000))
    }

    @Test("A peer with a password is heard in the middle of others' flood")
    func flooded() async throws {
        try await withEndpoint {
            $0.trusts = { _ in false }
            $0.strangers = .challenge
            $0.logins = PeerLogins(passwords: ["pbx": "secret"])
            $0.limits.strangersPerSecond = 30
        } script: { call in
            await holding(call)
        } _: { _, port in
            let phone = try TestPhone(server: port), flooder = try TestPhone(server: port)
            defer {
                phone.close()
                flooder.close()
            }
            try await expect(200, phone.call("1000", as: "pbx", password: "secret"))
            try await phone.hangUp()
            // From the same address, as there is one here: that of somebody who is known now.
            for _ in 0..<50 { flooder.send(flooder.request("OPTIONS", user: "1000")) }
            try await expect(401, phone.ask("OPTIONS", user: "1000"))
        }
    }

    @Test("Failures of one network of IPv6 are counted together, and those of IPv4 by address")
    func sites() {
        func site(_ host: String) -> String { PeerAddress(host: host, port: 1).site }
        #expect(site("2001:db8:0:1::1") == site("2001:db8:0:1:ffff::9") && site("2001:db8:0:1::1") != site("2001:db8:0:2::1"))
        #expect(site("192.0.2.1") == "192.0.2.1" && site("192.0.2.2") != site("192.0.2.1"))
    }

    @Test("Who is locked out stays so, however many others fail meanwhile")
    func lockouts() {
        var failed = FailedLogins(FailedLogins.Rule(failures: 3, rest: 600_000))
        for _ in 0..<3 { _ = failed.failed("guesser", now: 1000) }
        for index in 0..<50_000 { _ = failed.failed("h\(index)", now: UInt64(2000 + index)) }
        let before = failed.isLocked("guesser", now: 53_000), after = failed.isLocked("guesser", now: 601_000)
        #expect(before && !after)
    }

    @Test("A name that is guessed at from many places is locked for those who have not shown its password lately")
    func names() async throws {
        let told = Locked<[SIPEvent]>([])
        try await withEndpoint {
            $0.trusts = { _ in false }
            $0.strangers = .challenge
            $0.logins = PeerLogins(passwords: ["pbx": "secret"])
            $0.report = { event in told.withLockedValue { $0.append(event) } }
        } script: { call in
            await holding(call)
        } _: { endpoint, port in
            // Ten times as many failures as lock a place, none of which fails twice: the doorkeeper is asked himself, as there are no such places here.
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await expect(200, phone.call("1000", as: "pbx", password: "secret"))
            try await phone.hangUp()
            #expect(await endpoint.door.remembers(PeerAddress(host: "127.0.0.1", port: 1)))
            let locked = try await Self.guess(endpoint.door, "pbx", times: 200)
            #expect(locked == 100)
            #expect(told.withLockedValue { $0 }.contains(.nameLocked("pbx")))
            let stranger = try await Self.show(endpoint.door, "pbx", "secret", from: "198.51.100.9")
            #expect(stranger == .isIgnored)
            let friend = try await Self.show(endpoint.door, "pbx", "secret", from: "127.0.0.1")
            #expect(friend == .comesIn)
        }
    }

    @SIPLoop private static func dropped(_ endpoint: SIPEndpoint) -> Int { endpoint.gates.reduce(0) { $0 + $1.dropped } }

    /// Shows wrong passwords from as many places, until nothing is asked any more.
    /// - Returns: how many.
    @SIPLoop private static func guess(_ door: Doorkeeper, _ name: String, times: Int) throws -> Int {
        for count in 0..<times where try show(door, name, "wrong", from: "10.\(count >> 16).\(count >> 8 & 255).\(count & 255)") == .isIgnored {
            return count
        }
        return .max
    }

    @SIPLoop private static func show(_ door: Doorkeeper, _ name: String, _ password: String, from host: String) throws -> Doorkeeper.Decision {
        let source = PeerAddress(host: host, port: 5060)
        func request(_ more: String) throws -> SIPMessage {
            try SIPMessage(
                Array(
                    ("OPTIONS sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP \(host);branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 1\r\n"
                        + "CSeq: 1 OPTIONS\r\n\(more)\r\n").utf8))
        }
        guard case .isAsked(let headers) = door.decide(try request(""), from: source) else { return .isIgnored }
        let digest = try #require(TestDigest(headers, username: name, password: password))
        return door.decide(try request(digest.header("OPTIONS", uri: "sip:1000@127.0.0.1") + "\r\n"), from: source)
    }
}
