import SIPGrammar
import Testing
import Voicemail

@testable import Telephone

/// Who calls, as far as it may be told.
@Suite struct CallerTests {
    private func caller(
        _ lines: String..., from: String = "\"Alice\" <sip:030555100@192.0.2.10>;tag=1", isTrusted: Bool = true, order: [CallerSource] = CallerSource.standard
    ) throws -> Caller {
        let head = ["INVITE sip:200@h SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.10", "From: \(from)", "To: <sip:200@h>", "Call-ID: 1", "CSeq: 1 INVITE"]
        let invite = try SIPMessage(Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8))
        var settings = WhichBoxSettings()
        settings.callers = order
        var reading = CallerReading(invite, settings, isTrusted: isTrusted, plan: NumberPlan(countryCode: "49"))
        return reading.caller()
    }

    @Test func fromAlone() throws {
        #expect(try caller() == Caller(number: "+4930555100", name: "Alice", source: .from))
        #expect(try caller(from: "<sip:192.0.2.10>;tag=1") == Caller())
        #expect(try caller(from: "tel:+49-30-555-1;tag=1").number == "+49305551")
    }

    @Test func assertedHeadersComeFirstFromTrustedPeersOnly() throws {
        let asserted = "P-Asserted-Identity: \"Real\" <sip:+4940111@h>", remote = "Remote-Party-ID: \"Remote\" <sip:+4940222@h>;party=calling"
        #expect(try caller(asserted, remote).number == "+4940111")
        #expect(try caller(asserted, remote, order: [.remoteParty, .asserted, .from]).number == "+4940222")
        #expect(try caller(asserted, remote, order: [.from, .asserted]).number == "+4930555100")
        #expect(try caller(asserted, remote, isTrusted: false) == Caller(number: "+4930555100", name: "Alice", source: .from))
        // About somebody else.
        #expect(try caller("Remote-Party-ID: <sip:200@h>;party=called").number == "+4930555100")
        #expect(try caller("P-Asserted-Identity: \"broken").number == "+4930555100")
    }

    @Test func aNumberBesideAnAddress() throws {
        let both = try caller("P-Asserted-Identity: \"Alice\" <sip:alice@example.com>, <tel:+4940333>")
        #expect(both.number == "+4940333" && both.name == "Alice")
    }

    @Test(arguments: [
        "Privacy: id", "Privacy: user;critical", "Privacy: header, id", "Remote-Party-ID: <sip:+4940@h>;privacy=full",
        "P-Asserted-Identity: <sip:anonymous@anonymous.invalid>",
    ])
    func anonymous(_ line: String) throws {
        let caller = try caller(line)
        #expect(caller.isAnonymous && caller.number == nil && caller.name == nil)
    }

    /// Words with commas between them, behind each of which may stand who keeps it.
    @Test(
        arguments: [
            ("off", "+4940", "Ann"), ("", "+4940", "Ann"), ("name", "+4940", nil), ("uri", nil, "Ann"), ("NAME-network", "+4940", nil),
            ("uri-network", nil, "Ann"),
            ("\"name,uri\"", nil, nil), ("\"uri, name-network\"", nil, nil), ("full", nil, nil), ("full-network", nil, nil), ("\"name,full\"", nil, nil),
            ("fuller", "+4940", "Ann"),
        ] as [(String, String?, String?)])
    func privacyOfRemoteParty(_ words: String, _ number: String?, _ name: String?) throws {
        let caller = try caller("Remote-Party-ID: \"Ann\" <sip:+4940@h>;party=calling;privacy=\(words)", from: "<sip:anonymous@h>;tag=1", order: [.remoteParty])
        #expect(caller.number == number && caller.name == name && caller.isAnonymous == (words.contains("full") && words != "fuller"))
    }

    @Test func anonymousInFrom() throws {
        for from in ["\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", "<sip:Restricted@h>;tag=1"] { #expect(try caller(from: from).isAnonymous) }
        #expect(try caller("Privacy: none", from: "\"Anonymous\" <sip:030555100@h>;tag=1").isAnonymous == false)
        #expect(try caller(from: "\"x\" <sip:unknown@h>;tag=1") == Caller(name: "x", source: .from))
    }

    @Test func whatIsHostileIsTakenOut() throws {
        let caller = try caller(from: "\"A\u{202e}l\u{7}ice\\\"<b>\" <sip:10%0d%0a0%00%22@h>;tag=1")
        #expect(caller.name == "Alice\"<b>" && caller.number == "100")
        let long = try self.caller(from: "\"\(String(repeating: "n", count: 60))\" <sip:\(String(repeating: "1", count: 60))@h>;tag=1")
        #expect(long.name?.count == 35 && long.number?.count == 35)
        #expect(CallParty(number: long.number, name: long.name).violations(number: "a", name: "b").isEmpty)
    }
}
