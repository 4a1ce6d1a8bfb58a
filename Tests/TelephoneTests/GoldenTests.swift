import SIPGrammar
import Testing
import Voicemail

@testable import Telephone

/// What PBXs send, and which box it reaches.
@Suite struct GoldenTests {
    struct Expected: Sendable {
        var decision: String
        var source: BoxSource?
        var caller: [String?]
        var reason: ForwardingReason?
        var tenants = false
        var forwarder = Forwarder.latest
        var sources: [BoxSource]?
        var rules: [String] = []
    }

    static let expected: [String: Expected] = [
        "asterisk-dialplan": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+4930555321", "Alice"]),
        "asterisk-diversion": Expected(decision: "deposit 200@acme.example", source: .diversion, caller: ["+4930555321", "Alice"], reason: .noAnswer),
        "asterisk-own-reason": Expected(decision: "deposit 200@acme.example", source: .diversion, caller: ["+4930555321", "Alice"], reason: .noAnswer),
        "asterisk-302": Expected(decision: "deposit 200@acme.example", source: .diversion, caller: ["+4930555321", "Alice"]),
        "asterisk-realm": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+4930555321", "Alice"], tenants: true),
        "freepbx": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+4930555100", "Müller & Sons (Berlin)"]),
        "freeswitch": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+4930555321", "Alice Example"], tenants: true),
        "fusionpbx-header": Expected(
            decision: "deposit 200@acme.example", source: .header("X-Mailbox"), caller: ["2001", "2001"], tenants: true, sources: [.header("X-Mailbox"), .uri]),
        "kamailio-target": Expected(
            decision: "deposit 200@acme.example", source: .target, caller: ["alice", "Alice"], reason: .busy, tenants: true),
        "kamailio-diversion": Expected(
            decision: "deposit 200@acme.example", source: .diversion, caller: ["100", nil], reason: .noAnswer, tenants: true),
        "opensips": Expected(decision: "deposit 200@acme.example", source: .diversion, caller: ["mark", "mark"], reason: .busy, tenants: true),
        "3cx": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+493012345678", "Alice Example"], rules: ["9="]),
        "cisco-cube": Expected(
            decision: "deposit 201@acme.example", source: .diversion, caller: ["1112", "Carol"], reason: .noAnswer, forwarder: .original),
        "yeastar": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+49301234567", "Alice"]),
        "teams": Expected(
            decision: "deposit 200@acme.example", source: .historyInfo, caller: ["+493012345678", "Alice Example"], reason: .noAnswer, rules: ["+4930555="]),
        "kazoo": Expected(decision: "deposit 200@acme.example", source: .uri, caller: ["+14155550100", "Alice"], tenants: true),
        "trunk": Expected(
            decision: "deposit 200@acme.example", source: .diversion, caller: ["4940123456", nil], rules: [#"/^\+4930555(\d{3})$/=$1"#]),
        "trunk-anonymous": Expected(decision: "deposit 200@acme.example", source: .uri, caller: [nil, nil], rules: ["+4930555="]),
        "ims-called-party": Expected(
            decision: "deposit 200@acme.example", source: .calledParty, caller: ["+493012345678", "Alice"], rules: ["+4930555="]),
        "feature-code": Expected(decision: "listen ?@acme.example", source: .uri, caller: ["200", "Bob"]),
        "feature-code-mailbox": Expected(decision: "listen 200@acme.example", source: .uri, caller: ["201", "Carol"]),
        "group": Expected(decision: "deposit 6300@acme.example", source: .uri, caller: ["+493012345678", nil]),
    ]

    @Test func everyInviteIsExpectedAndSaysWhereItIsFrom() throws {
        #expect(try Invites.names == Self.expected.keys.sorted())
        for name in try Invites.names {
            let comment = try Invites.text(name).split(separator: "\n").prefix { $0.hasPrefix("# ") }.joined()
            #expect(comment.contains("https://") || comment.contains("omposed"), "\(name)")
        }
    }

    @Test(arguments: expected.keys.sorted()) func whichBox(_ name: String) async throws {
        let expected = try #require(Self.expected[name])
        try await World.run(tenants: expected.tenants) { world in
            let decision = try await world.decide(try Invites.message(name)) { settings in
                settings.forwarder = expected.forwarder
                if let sources = expected.sources { settings.sources = sources }
                settings.rules = expected.rules.compactMap { NumberRule($0) }
            }
            #expect(decision.summary == expected.decision, "\(decision.steps)")
            #expect(decision.source == expected.source && decision.reason == expected.reason, "\(decision.steps)")
            #expect([decision.caller.number, decision.caller.name] == expected.caller, "\(decision.callerSteps)")
        }
    }
}
