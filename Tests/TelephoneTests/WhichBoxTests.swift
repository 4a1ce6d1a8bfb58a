import SIPGrammar
import Testing
import Voicemail

@testable import Telephone

/// The rules of the resolver, one by one.
@Suite struct WhichBoxTests {
    @Test func nothingFits() async throws {
        try await World.run { world in
            let invite = try Invites.made("sip:999@192.0.2.50", to: "<sip:999@192.0.2.50>")
            let refused = try await world.decide(invite)
            #expect(refused.summary == "404" && refused.source == nil)
            #expect(
                refused.steps.map(\.description) == [
                    "target of the request URI: is not there", "request URI: 999@192.0.2.50: acme.example has no such mailbox", "Diversion: is not there",
                    "History-Info: is not there", "P-Called-Party-ID: is not there", "To: 999@192.0.2.50: acme.example has no such mailbox",
                    "default mailbox: none is set",
                ])
            for reference in ["201", "201@Acme", "201@acme.example"] {
                #expect(try await world.decide(invite) { $0.fallback = BoxReference(reference) }.summary == "deposit 201@acme.example")
            }
            #expect(try await world.decide(invite) { $0.fallback = BoxReference("999") }.summary == "404")
        }
    }

    @Test func severalAccountsNeedARealm() async throws {
        try await World.run(tenants: true) { world in
            #expect(try await world.decide(Invites.made("sip:200@192.0.2.50")).summary == "404")
            #expect(try await world.decide(Invites.made("sip:200@OTHER.example")).summary == "deposit 200@other.example")
            #expect(try await world.decide(Invites.made("sip:200%40other.example@192.0.2.50")).summary == "deposit 200@other.example")
            #expect(try await world.decide(Invites.made("sip:200@192.0.2.50", to: "<sip:200@acme.example>")).summary == "deposit 200@acme.example")
            // Who names a tenant means no other.
            let wrong = try await world.decide(Invites.made("sip:200%40none.example@acme.example"))
            #expect(wrong.summary == "404" && wrong.steps.contains { $0.finding.hasSuffix("no account has the realm none.example") })
        }
    }

    @Test func peersAndPortsHaveAccounts() async throws {
        try await World.run(tenants: true) { world in
            let plain = try Invites.made("sip:200@192.0.2.50"), named = try Invites.made("sip:200@acme.example")
            func decide(_ invite: SIPMessage, _ rules: [String], peer: String = "192.0.2.10", port: Int = 5060) async throws -> String {
                try await world.decide(invite, peer: peer, port: port) { $0.accounts = rules.compactMap { AccountRule($0) } }.summary
            }
            #expect(try await decide(plain, ["Other=192.0.2.0/28"]) == "deposit 200@other.example")
            #expect(try await decide(plain, ["Other=192.0.2.0/28"], peer: "192.0.2.99") == "404")
            #expect(try await decide(plain, ["acme.example=:5062"], port: 5062) == "deposit 200@acme.example")
            // A peer's realm does not open another account to it.
            #expect(try await decide(named, ["Other=192.0.2.10"]) == "deposit 200@other.example")
            #expect(try await decide(Invites.made("sip:200%40acme.example@192.0.2.50"), ["Other=192.0.2.10"]) == "404")
            // Of several it chooses.
            #expect(try await decide(named, ["Other=192.0.2.10", "Acme=192.0.2.10"]) == "deposit 200@acme.example")
            #expect(try await decide(plain, ["Other=192.0.2.10", "Acme=192.0.2.10"]) == "404")
            #expect(try await decide(plain, ["Gone=192.0.2.10"]) == "404")
        }
    }

    @Test func anAccountThatIsOffTakesNoCalls() async throws {
        try await World.run { world in
            _ = try await world.service.accounts.change(world.acme.id, .patch(["enabled": false]))
            #expect(try await world.decide(Invites.made("sip:200@192.0.2.50")).summary == "404")
        }
    }

    @Test func forwardedCallsToAListeningNumberLeaveAMessage() async throws {
        try await World.run { world in
            let forwarded = try Invites.made("sip:*97@192.0.2.50", "Diversion: <sip:200@192.0.2.10>;reason=no-answer", to: "<sip:*97@192.0.2.50>")
            #expect(try await world.decide(forwarded).summary == "deposit 200@acme.example")
            #expect(try await world.decide(Invites.made("sip:*97@192.0.2.50", to: "<sip:*97@192.0.2.50>")).summary == "listen ?@acme.example")
            #expect(try await world.decide(Invites.made("sip:*98999@192.0.2.50")).summary == "404")
            // Whoever is forwarded from nobody's box still may not listen for want of one.
            let called = try Invites.made("sip:200@192.0.2.50", to: "<sip:*97@192.0.2.50>")
            #expect(try await world.decide(called).summary == "deposit 200@acme.example")
        }
    }

    @Test(arguments: [
        ("sip:vm@h;target=sip:200%40acme.example;cause=486", ForwardingReason.busy), ("sip:vm@h;target=200;cause=480", .noAnswer),
        ("sip:vm@h;target=tel:200%3Bphone-context=x;cause=302", .unconditional), ("sip:vm@h;target=%3Csip:200@acme.example%3E;cause=503", .unavailable),
    ])
    func targets(_ uri: String, _ reason: ForwardingReason) async throws {
        try await World.run { world in
            let decision = try await world.decide(Invites.made(uri))
            #expect(decision.summary == "deposit 200@acme.example" && decision.source == .target && decision.reason == reason, "\(decision.steps)")
        }
    }

    @Test func historyOfRFC7044() async throws {
        try await World.run { world in
            let lines = [
                "History-Info: <sip:201@acme.example>;index=1, <sip:200@acme.example?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1",
                "History-Info: <sip:vm@192.0.2.50;cause=486>;index=1.1.1;mp=1.1",
            ]
            let invite = try Invites.made("sip:vm@192.0.2.50", lines[0], lines[1])
            let latest = try await world.decide(invite), original = try await world.decide(invite) { $0.forwarder = .original }
            #expect(latest.summary == "deposit 200@acme.example" && latest.source == .historyInfo && latest.reason == .busy)
            #expect(original.summary == "deposit 201@acme.example")
            // In whatever order they stand.
            #expect(try await world.decide(Invites.made("sip:vm@192.0.2.50", lines[1], lines[0])).summary == latest.summary)
        }
    }

    @Test func historyOfRFC4244() async throws {
        try await World.run { world in
            let invite = try Invites.made(
                "sip:vm@192.0.2.50", "History-Info: <sip:200@acme.example?Reason=Q.850%3Bcause%3D19>; index=1", "History-Info: <sip:vm@192.0.2.50>; index=1.1")
            let decision = try await world.decide(invite)
            #expect(decision.summary == "deposit 200@acme.example" && decision.reason == .noAnswer)
        }
    }

    @Test func whatCannotBeReadIsPassedOver() async throws {
        try await World.run { world in
            let mixed = try await world.decide(Invites.made("sip:vm@h", "Diversion: <sip:@>;x, <sip:200@acme.example>"))
            #expect(mixed.summary == "deposit 200@acme.example")
            let broken = try await world.decide(Invites.made("sip:vm@h", "Diversion: \"<sip:200@acme.example>"))
            #expect(broken.steps.contains(Decision.Step(header: "Diversion", finding: "cannot be read: a quotation mark that none closes")))
        }
    }

    @Test func numbersInTheFormsTheyAreDialledIn() async throws {
        try await World.run { world in
            _ = try await world.service.mailboxes.create(["name": "Direct", "mailbox": "030555777"], id: nil, in: world.acme)
            for user in ["+4930555777", "004930555777", "030555777", "030-555-777", "+4930555777;ext=1"] {
                #expect(try await world.decide(Invites.made("sip:\(user)@192.0.2.50")).summary == "deposit 030555777@acme.example", "\(user)")
            }
            #expect(try await world.decide(Invites.made("tel:+49-30-555-777")).summary == "deposit 030555777@acme.example")
            // An extension beside a number.
            #expect(try await world.decide(Invites.made("sip:+4930555000;ext=200@192.0.2.50")).summary == "deposit 200@acme.example")
            #expect(try await world.decide(Invites.made("tel:+4930555000;ext=201")).summary == "deposit 201@acme.example")
        }
    }

    @Test func rules() {
        #expect(NumberRule("+4930555=")?.apply("+4930555200") == "200" && NumberRule("+4930555=")?.apply("200") == nil)
        #expect(NumberRule("9=7")?.apply("9200") == "7200")
        #expect(NumberRule(#"/^\+49(30|40)555(\d+)$/=$1$2"#)?.apply("+4940555200") == "40200")
        #expect(NumberRule("/(a)|(b)/=$2$3")?.apply("a") == "")
        for wrong in ["", "9", "=9", "x=1", "/(/=1", "//=1", "/a=1", "9=x", #"/(a)\1/=1"#, "/a{2000}/=1", "/(a{50}){50}/=1"] {
            #expect(NumberRule(wrong) == nil, "\(wrong)")
        }
    }
}
