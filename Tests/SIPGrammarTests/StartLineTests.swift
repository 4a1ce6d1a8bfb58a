import Testing

@testable import SIPGrammar

/// First lines: what may be one, what is one, and what is told of those that are not.
@Suite struct StartLineTests {
    private func line(_ text: String) -> Result<StartLine, GrammarProblem>? {
        let bytes = Array(text.utf8)[...]
        guard let kind = StartLine.kind(of: bytes) else { return nil }
        do throws(GrammarProblem) { return .success(try StartLine(bytes, kind)) } catch { return .failure(error) }
    }

    private func problem(_ text: String) -> GrammarProblem? { if case .failure(let problem) = line(text) { problem } else { nil } }

    @Test func requests() throws {
        guard case .success(.request(let method, let uri)) = line("INVITE sip:200@Example.com SIP/2.0") else { return #expect(Bool(false)) }
        #expect(method == "INVITE" && uri.user == "200" && uri.host == "example.com")
        guard case .success(.request(let odd, _)) = line("x!%*_+`'~- sips:a sip/2.0") else { return #expect(Bool(false)) }
        #expect(odd == "x!%*_+`'~-")
    }

    @Test(arguments: [
        ("SIP/2.0 200 OK", 200, "OK"), ("sip/2.0 100 ", 100, ""), ("SIP/2.0 699", 699, ""), ("SIP/2.0 404 Nicht gefunden  da", 404, "Nicht gefunden  da"),
        ("SIP/2.0 200 \u{7}ä", 200, "\u{7}ä"),
    ])
    func responses(_ text: String, _ status: Int, _ reason: String) { #expect(line(text) == .success(.response(status: status, reason: reason))) }

    @Test(arguments: [
        ("SIP/2.0 99 x", "99"), ("SIP/2.0 700 x", "700"), ("SIP/2.0 2000 x", "2000"), ("SIP/2.0 20x x", "20x"), ("SIP/2.0  200 OK", ""),
        ("SIP/2.0", "is missing"),
        ("SIP/2.0 -99 x", "-99"), ("SIP/2.0 0200", "0200"),
    ])
    func statusCodes(_ text: String, _ code: String) { #expect(problem(text) == .statusCode(code)) }

    @Test(arguments: [
        ("SIP/3.0 200 OK", "SIP/3.0"), ("SIP/2.00 200 OK", "SIP/2.00"), ("OPTIONS sip:a SIP/7.0", "SIP/7.0"), ("OPTIONS sip:a sip/x", "sip/x"),
    ])
    func versions(_ text: String, _ version: String) { #expect(problem(text) == .version(version)) }

    @Test(arguments: [
        "INVITE  sip:a SIP/2.0", " INVITE sip:a SIP/2.0", "INVITE sip:a SIP/2.0 ", "INVITE sip:a  SIP/2.0", "INVITE sip:a b SIP/2.0", "INVITE SIP/2.0",
        "INV(ITE sip:a SIP/2.0", "INVITE <sip:a> SIP/2.0", "INVITE sip: SIP/2.0", "INVITE a SIP/2.0", "INVITE sip:a@b:0 SIP/2.0", "INVÏTE sip:a SIP/2.0",
    ])
    func requestsThatAreNone(_ text: String) {
        guard case .startLine = problem(text) else { return #expect(Bool(false), "\(String(describing: line(text)))") }
    }

    @Test(arguments: ["http:x", "mailto:a@b", "urn:service:sos", "nobodyknowsthis:x", "im:a@b"]) func schemes(_ uri: String) {
        #expect(problem("INVITE \(uri) SIP/2.0") == .scheme(String(uri.prefix { $0 != ":" })))
    }

    @Test(arguments: [
        "", " ", "SIP", "SIP/", "SIP/ 200 OK", "INVITE", "INVITE sip:a", "INVITE sip:a HTTP/1.1", "GET / HTTP/1.1", "SIP/2.0x", "xSIP/2.0 200 OK",
        "INVITE sip:aSIP/2.0",
    ])
    func whatIsNotSIP(_ text: String) {
        // `SIP/2.0x` looks like an answer of another version, and is judged as one.
        if text == "SIP/2.0x" { #expect(problem(text) == .version("SIP/2.0x")) } else { #expect(line(text) == nil) }
    }
}
