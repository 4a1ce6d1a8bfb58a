import Testing

@testable import SIPGrammar

@Suite struct AddressTests {
    private func uri(_ text: String) throws -> AddressURI { try AddressURI(Array(text.utf8)) }
    private func address(_ text: String) throws -> NameAddress { try NameAddress(Array(text.utf8)) }

    @Test func partsOfASIPURI() throws {
        let parts = try #require(uri("sips:al%69ce:se%63ret@EXAMPLE.com:5061;transport=TCP;lr;method=INVITE?Subject=a%20b&to=x%40y").sip)
        #expect(parts.isSecure && parts.user == "alice" && parts.password == "secret" && parts.host == "example.com" && parts.port == 5061)
        #expect(parts.parameters["transport"] == "TCP" && parts.parameters["lr"] == "" && parts.header("subject") == "a b" && parts.header("to") == "x@y")
    }

    @Test func hosts() throws {
        #expect(try uri("sip:[2001:DB8::1]:5070").sip?.host == "2001:db8::1" && uri("sip:[2001:db8::1]:5070").sip?.port == 5070)
        #expect(try uri("sip:100@pbx_1.local").host == "pbx_1.local")
        // What many send who should escape it.
        #expect(try uri("sip:*98#@host").user == "*98#")
    }

    @Test(arguments: [
        "", ":", "sip", "sip:", "sip:@host", "sip:a@", "sip:a@b@c", "sip:a@host:", "sip:a@host:0", "sip:a@host:65536", "sip:a@host:5x", "sip:a@[::1",
        "sip:a@[1]",
        "sip:a@ho st", "sip:a@ho<st", "sip:a%4@host", "sip:a%zz@host", "sip:a@host;=b", "sip:a@host?=b", "sip:a@ho\u{0}st", "tel:", "tel:+", "tel:+12a",
        "tel:abc-xyz",
        "1sip:a@b", "sip:a@host/x", "sip:host;a=%", "tel:+1;x=%4",
    ])
    func whatIsNoURI(_ text: String) { #expect(throws: GrammarProblem.self) { try uri(text) } }

    @Test func telephoneNumbers() throws {
        guard case .tel(let global) = try uri("tel:+1(201)555-01.23;ext=42") else { return #expect(Bool(false)) }
        #expect(global.number == "+12015550123" && global.isGlobal && global.extensionNumber == "42" && global.context == nil)
        guard case .tel(let local) = try uri("TEL:7042*;phone-context=Example.COM") else { return #expect(Bool(false)) }
        #expect(local.number == "7042*" && !local.isGlobal && local.context == "Example.COM")
        #expect(try uri("tel:7042;phone-context=Example.COM").host == "example.com" && uri("tel:7042;phone-context=+44").host == nil)
    }

    @Test func otherSchemes() throws { #expect(try uri("isbn:2983792873") == .other(scheme: "isbn", rest: "2983792873")) }

    @Test func names() throws {
        #expect(try address(#""Müller, \"A\" \\" <sip:1@h>;tag=x"#).name == #"Müller, "A" \"#)
        #expect(try address("\"\" <sip:1@h>").name == nil && address("<sip:1@h>").name == nil && address("sip:1@h").name == nil)
        #expect(try address("J.R. (Bob) O'Neil <sip:1@h>").name == "J.R. (Bob) O'Neil")
        #expect(try NameAddress([0x22, 0x4d, 0xfc, 0x6c, 0x22] + Array("<sip:1@h>".utf8)).name == "Mül")
    }

    @Test func withoutBracketsParametersAreTheHeaders() throws {
        let bare = try address("sip:1@h;tag=a;reason=\"x;y\""), bracketed = try address("<sip:1@h;tag=a>;tag=b")
        #expect(bare.tag == "a" && bare.uri.sip?.parameters.all.isEmpty == true && bare.parameters["reason"] == "x;y")
        #expect(bracketed.tag == "b" && bracketed.uri.sip?.parameters["tag"] == "a")
        #expect(try address("sip:1@h;x=<y>").parameters["x"] == "<y>")
    }

    @Test(arguments: [
        "", "\"", "\"a", "\"a\\\"", "\"a\\", "\"a\" sip:1@h", "<sip:1@h", "a\"b <sip:1@h>", "sip:1@h?x=y", "sip:1@h,2", "<sip:1@h> x", "<sip:1@h>;",
        "<sip:1@h>;=", "<sip:1@h>;a=\"b",
        "< sip:1@h>", "<>", "<sip:1@h>>",
    ])
    func whatIsNoAddress(_ text: String) { #expect(throws: GrammarProblem.self) { try address(text) } }
}
