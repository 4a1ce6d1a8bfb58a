import SIPGrammar
import TestKit
import Testing
import Voicemail

@testable import Telephone

/// What the parts of an INVITE say of a mailbox, before any mailbox is looked for.
@Suite struct ClueTests {
    private func uri(_ text: String) throws -> AddressURI { try AddressURI(Array(text.utf8)) }
    private func address(_ text: String) throws -> NameAddress { try NameAddress(Array(text.utf8)) }

    // MARK: Users

    @Test func usersWithWhatStandsBesideThem() throws {
        func clue(_ text: String) throws -> [String?] {
            guard let clue = Clue(try uri(text)) else { return [] }
            return [clue.user, clue.tenant, clue.hosts.joined(separator: ","), clue.extensionNumber]
        }
        #expect(try clue("sip:200@Acme.Example") == ["200", nil, "acme.example", nil])
        #expect(try clue("sip:200%40Other.Example@h") == ["200", "other.example", "h", nil])
        #expect(try clue("sip:+4930;phone-context=x;EXT=12@h") == ["+4930", nil, "h", "12"])
        #expect(try clue("tel:+49-30;ext=7") == ["+4930", nil, "", "7"] && clue("tel:7;phone-context=Acme.Example") == ["7", nil, "acme.example", nil])
        #expect(try clue("sip:h") == [] && clue("isbn:1") == [] && clue("sip:;ext=3@h") == ["", nil, "h", "3"])
        // Two signs: the second belongs to who is named.
        #expect(try clue("sip:a%40b%40c@h") == ["a", "b@c", "h", nil])
    }

    @Test func whatIsShownIsWhatWasRead() throws {
        #expect(try Clue(uri("sip:200%40x@h"))?.text == "200@x@h" && Clue(uri("tel:+49"))?.text == "+49" && Clue(user: "7", hosts: []).text == "7")
    }

    // MARK: Reasons

    @Test func reasonsByStatus() {
        let known: [Int: ForwardingReason] = [
            486: .busy, 600: .busy, 408: .noAnswer, 480: .noAnswer, 487: .noAnswer, 302: .unconditional, 503: .unavailable, 404: .unavailable, 603: .deflected,
        ]
        for status in 100...699 { #expect(ForwardingReason(status: status) == known[status], "\(status)") }
    }

    @Test(arguments: [
        ("user-busy", ForwardingReason.busy), ("User_Busy", .busy), ("CFB", .busy), ("no-answer", .noAnswer), ("no_answer", .noAnswer), ("cfnr", .noAnswer),
        ("unconditional", .unconditional), ("follow-me", .unconditional), ("cfu", .unconditional), ("unavailable", .unavailable),
        ("out-of-service", .unavailable),
        ("away", .unavailable), ("do_not_disturb", .unavailable), ("deflection", .deflected), ("time-of-day", nil), ("unknown", nil), ("", nil), ("busy", nil),
    ])
    func reasonsOfDiversion(_ word: String, _ reason: ForwardingReason?) { #expect(ForwardingReason(diversion: word) == reason) }

    @Test(arguments: [
        ("SIP;cause=486", ForwardingReason.busy), ("sip ; cause = 480 ; text=\"x\"", .noAnswer), ("SIP;text=\"Busy\";cause=600", .busy),
        ("Q.850;cause=17", .busy),
        ("q.850;cause=18", .noAnswer), ("Q.850;cause=19", .noAnswer), ("Q.850;cause=\"20\"", .unavailable), ("Q.850;cause=27", .unavailable),
        ("Q.850;cause=16", nil),
        ("Q.850;cause=486", nil), ("SIP;cause=17", nil), ("SIP", nil), ("", nil), ("SIP;cause=", nil), ("SIP;cause=x", nil), ("cause=302", .unconditional),
    ])
    func reasonsOfReason(_ text: String, _ reason: ForwardingReason?) { #expect(ForwardingReason(reason: text) == reason) }

    // MARK: History

    private func history(_ texts: String...) throws -> HistoryInfo { HistoryInfo(try texts.map { try address($0) }) }
    private func users(_ entries: [HistoryInfo.Entry]) -> String { entries.compactMap(\.address.uri.user).joined(separator: " ") }

    @Test func entriesStandInTheOrderOfTheirIndices() throws {
        let mixed = try history("<sip:d@h>;index=1.10", "<sip:c@h>;index=1.2.1", "<sip:a@h>;index=1", "<sip:b@h>;index=1.2")
        #expect(users(mixed.entries) == "a b c d")
        // Where one has no index, or none that is one, they stay as they are.
        for odd in ["<sip:b@h>", "<sip:b@h>;index=x", "<sip:b@h>;index=1..2", "<sip:b@h>;index=", "<sip:b@h>;index=\(String(repeating: "1.", count: 32))1"] {
            #expect(try users(history("<sip:c@h>;index=2", odd, "<sip:a@h>;index=1").entries) == "c b a", "\(odd)")
        }
        #expect(try users(history("<sip:c@h>;index=2", "<sip:b@h>;index=\(String(repeating: "1.", count: 31))1").entries) == "b c")
    }

    @Test func whoForwardedItLastOrFirst() throws {
        let plain = try history("<sip:a@h>;index=1", "<sip:b@h>;index=1.1", "<sip:vm@h>;index=1.1.1")
        #expect(users(plain.forwarders(.latest)) == "b a vm" && users(plain.forwarders(.original)) == "a b vm")
        // The last one says from whom it is: that one comes first, the others in their order.
        for mark in ["mp=1", "rc=1", "mp=1;rc=9"] {
            let told = try history("<sip:a@h>;index=1", "<sip:b@h>;index=1.1", "<sip:c@h>;index=1.2", "<sip:vm@h>;index=1.3;\(mark)")
            #expect(users(told.forwarders(.latest)) == "a c b vm" && users(told.forwarders(.original)) == "a b c vm", "\(mark)")
        }
        let nowhere = try history("<sip:a@h>;index=1", "<sip:vm@h>;index=1.1;mp=7")
        #expect(users(nowhere.forwarders(.latest)) == "a vm")
        #expect(try users(history("<sip:vm@h>;index=1").forwarders(.latest)) == "vm" && users(HistoryInfo([]).forwarders(.latest)) == "")
    }

    @Test func whyItDidNotStay() throws {
        func reason(_ texts: String..., of place: Int = 0) throws -> ForwardingReason? {
            let history = HistoryInfo(try texts.map { try address($0) })
            return history.reason(history.entries[place])
        }
        #expect(try reason("<sip:a@h?Reason=SIP%3Bcause%3D486>;index=1", "<sip:vm@h>;index=1.1") == .busy)
        #expect(try reason("<sip:a@h;cause=480>;index=1", "<sip:vm@h>;index=1.1") == .noAnswer)
        // A header of its own goes before a parameter, and what the next says fills in.
        #expect(try reason("<sip:a@h;cause=480?Reason=Q.850%3Bcause%3D17>;index=1") == .busy)
        #expect(try reason("<sip:a@h>;index=1", "<sip:vm@h;cause=302>;index=1.1") == .unconditional)
        #expect(try reason("<sip:a@h>;index=1", "<sip:vm@h;cause=302>;index=1.1", of: 1) == .unconditional)
        #expect(try reason("<sip:a@h;cause=999>;index=1", "<sip:vm@h>;index=1.1") == nil && reason("<tel:+49>;index=1") == nil)
    }

    // MARK: Words of the configuration

    @Test(
        arguments: [
            ("target", BoxSource.target), ("URI", .uri), ("Diversion", .diversion), ("history-info", .historyInfo), ("P-Called-Party-ID", .calledParty),
            ("to", .to),
            ("header:X-Mailbox", .header("X-Mailbox")), ("HEADER:x_1", .header("x_1")), ("header:", nil), ("header:x y", nil), ("header:x:", nil),
            ("header:ä", nil), ("from", nil),
            ("", nil), ("history_info", nil),
        ] as [(String, BoxSource?)])
    func sources(_ word: String, _ source: BoxSource?) { #expect(BoxSource(word) == source) }

    @Test func sourcesAreShownAsTheyAreWrittenInMessages() {
        let all: [BoxSource] = BoxSource.standard + [.header("X-Box")]
        #expect(all.map(\.description) == ["target of the request URI", "request URI", "Diversion", "History-Info", "P-Called-Party-ID", "To", "X-Box"])
    }

    @Test(arguments: [("200", "200", nil), ("200@acme.example", "200", "acme.example"), ("*2#@a@b", "*2#", "a@b")] as [(String, String, String?)])
    func references(_ text: String, _ number: String, _ account: String?) {
        let reference = BoxReference(text)
        #expect(reference?.number == number && reference?.account == account)
    }

    @Test(arguments: ["", "@", "200@", "@acme", "2 0@a", "a200"]) func noReferences(_ text: String) { #expect(BoxReference(text) == nil) }

    @Test func numbersThatMeanListening() {
        func heard(_ rule: String, _ dialled: String) -> String? { ListeningNumber(rule)?.match(dialled).map { $0.mailbox ?? "?" } }
        #expect(heard("*97", "*97") == "?" && heard("*97", "*971") == nil && heard("*97", "97") == nil)
        #expect(heard(#"/^\*98(\d*)$/"#, "*98200") == "200" && heard(#"/^\*98(\d*)$/"#, "*98") == "?" && heard(#"/^\*98(\d*)$/"#, "*98x") == nil)
        #expect(heard("/^9(0)?(1)?$/", "91") == "?" && heard("/^97$/", "97") == "?")
        for wrong in ["", "/", "//", "/(/", "/a", "x y", #"/(a)\1/"#] { #expect(ListeningNumber(wrong) == nil, "\(wrong)") }
    }

    @Test func rulesOfAccounts() {
        func fits(_ rule: String, peer: String? = "192.0.2.10", port: Int? = 5060) -> Bool? {
            AccountRule(rule)?.fits(Arrival(peer: peer.flatMap { NetworkAddress($0) }, port: port, isTrusted: true))
        }
        #expect(
            fits("a=192.0.2.0/24") == true && fits("a=192.0.3.0/24") == false && fits("a=192.0.2.10") == true
                && fits("a=2001:db8::/32", peer: "2001:db8::5") == true)
        #expect(fits("a=192.0.2.0/24", peer: nil) == false && fits("a=:5060") == true && fits("a=:5061") == false && fits("a=:5060", port: nil) == false)
        // The last sign parts: a name may have others.
        #expect(AccountRule("x=y=:5060")?.account == "x=y" && AccountRule("A b=192.0.2.1")?.account == "A b")
        for wrong in ["", "a", "=:5060", "a=", "a=:", "a=:0", "a=:65536", "a=:x", "a=300.0.0.1", "a=192.0.2.0/33", "a=b"] {
            #expect(AccountRule(wrong) == nil, "\(wrong)")
        }
    }

    @Test func whomTheOperatorsKeyMayCall() {
        func fits(_ pattern: String, _ number: String) -> Bool? { Operators.Pattern(pattern)?.fits(number) }
        #expect(
            fits("200", "200") == true && fits("200", "2000") == false && fits("200", "20") == false && fits("2*", "2") == true && fits("2*", "29999") == true)
        #expect(fits("2*", "12") == false && fits("*", "*") == true && fits("*", "200") == false && fits("**", "*7") == true && fits("+49*", "+4930") == true)
        #expect(fits("#", "#") == true && fits("2 0", "2 0") == nil && fits("２", "２") == nil)
    }

    // MARK: Rules of numbers

    /// A rule of a prefix takes away what it says and puts what it says in its place, and leaves every other number alone.
    @Test func prefixes() throws {
        var random = SeededRandom(seed: 30)
        let digits = Array("0123456789*#+")
        func number(_ range: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: range, using: &random)).map { _ in digits.randomElement(using: &random) ?? "0" })
        }
        for _ in 0..<2000 {
            let prefix = number(1...4), replacement = number(0...4), rest = number(0...8), other = number(1...8)
            let rule = try #require(NumberRule("\(prefix)=\(replacement)"))
            #expect(rule.apply(prefix + rest) == replacement + rest && rule.text == "\(prefix)=\(replacement)")
            #expect((rule.apply(other) != nil) == other.hasPrefix(prefix))
        }
    }

    @Test func groups() {
        #expect(NumberRule("/(.)(.)(.)(.)(.)(.)(.)(.)(.)/=$9$8$7$6$5$4$3$2$1")?.apply("123456789") == "987654321")
        // A group that is not there, or took no part, is nothing; a lone sign is nothing.
        #expect(NumberRule("/^(1)$/=$2$1$")?.apply("1") == "1" && NumberRule("/^(1)?2$/=9$1")?.apply("2") == "9")
        #expect(NumberRule("/a=b/=1")?.apply("a=b") == "1" && NumberRule("/^x$/=7")?.apply("xx") == nil)
        // The whole, by its number.
        #expect(NumberRule("/^12$/=$0$0")?.apply("12") == "1212")
    }
}
