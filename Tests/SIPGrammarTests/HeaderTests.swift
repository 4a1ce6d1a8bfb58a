import Foundation
import Testing

@testable import SIPGrammar

/// Header fields: their names in every form, their folding, and which may be there once.
@Suite struct HeaderTests {
    private func problem(_ bytes: [UInt8]) -> GrammarProblem? { if case .failure(let error) = read(bytes) { error.problem } else { nil } }

    /// RFC 3261 §20, and RFC 3515, 3841, 3892, 4028, 4474, 6665.
    @Test(arguments: [
        ("a", "Accept-Contact"), ("b", "Referred-By"), ("c", "Content-Type"), ("d", "Request-Disposition"), ("e", "Content-Encoding"), ("f", "From"),
        ("i", "Call-ID"),
        ("j", "Reject-Contact"), ("k", "Supported"), ("l", "Content-Length"), ("m", "Contact"), ("n", "Identity-Info"), ("o", "Event"), ("r", "Refer-To"),
        ("s", "Subject"), ("t", "To"), ("u", "Allow-Events"), ("v", "Via"), ("x", "Session-Expires"), ("y", "Identity"),
    ])
    func compactForms(_ letter: String, _ name: String) {
        let key = name.lowercased()
        #expect(SIPHeader.key(letter) == key && SIPHeader.key(letter.uppercased()) == key && SIPHeader.key(name) == key)
    }

    @Test func otherLettersAreNamesOfTheirOwn() {
        for letter in ["g", "h", "p", "q", "w", "z", "1", "-"] { #expect(SIPHeader.key(letter) == letter) }
    }

    @Test func aWholeMessageInItsShortestForm() throws {
        let text =
            "OPTIONS sip:a SIP/2.0\nv:SIP/2.0/UDP h\nf:<sip:b@h>;tag=1\nt:sip:a\ni:1\nCSEQ:1 OPTIONS\nm:<sip:b@h>,<sip:c@h>\nk:a\nK: b,c\nc:text/plain\nl:2\n\nhi"
        let message = try SIPMessage(Array(text.utf8), framing: .stream)
        #expect(message.from.tag == "1" && message.callID == "1" && message.body == Array("hi".utf8) && message.vias.count == 1)
        #expect(message.tokens("Supported") == ["a", "b", "c"] && message.addresses("contact").count == 2)
        #expect(
            message.header("Content-Type")?.text == "text/plain" && message.header("c")?.name == "c" && message.headers("supported").map(\.name) == ["k", "K"])
        #expect(message.status == nil && message.requestURI?.host == "a" && message.header("x-none") == nil && message.headers("x-none").isEmpty)
    }

    @Test func foldedLinesAreOne() throws {
        let message = try SIPMessage(request("Subject: one\r\n two\r\n\t  three \r\n ", "X-A:\r\n b"))
        #expect(message.header("s")?.text == "one two three" && message.header("x-a")?.text == "b")
    }

    @Test func namesMayHaveSpacesBehindThem() throws {
        let message = try SIPMessage(request("Subject  \t:x", "X!%*_+`'~.-1: y"))
        #expect(message.header("subject")?.text == "x" && message.header("x!%*_+`'~.-1")?.text == "y")
    }

    @Test func valuesAreBytes() throws {
        let text = Array(String(decoding: request("Subject: L\u{1}"), as: UTF8.self).utf8)
        let place = try #require(text.firstIndex(of: 1))
        let message = try SIPMessage(Array(text[..<place]) + [0xe9, 0xff] + Array(text[(place + 1)...]))
        #expect(message.header("subject")?.value == [0x4c, 0xe9, 0xff] && message.header("subject")?.text == "Léÿ")
    }

    @Test(arguments: [
        (": x", "a line that is no header field: : x"), ("Sub ject: x", "a line that is no header field: Sub ject: x"),
        ("Subject", "a line that is no header field: Subject"),
        ("Sübject: x", "a line that is no header field: Sübject: x"), ("<x>: y", "a line that is no header field: <x>: y"),
        ("X: a\rb", "X: a line end in its middle"),
        (String(repeating: "n", count: 50), "a line that is no header field: " + String(repeating: "n", count: 40)),
    ])
    func linesThatAreNone(_ line: String, _ told: String) { #expect(problem(request(line))?.description == told) }

    @Test func theFirstLineMayNotGoOn() {
        let text = "OPTIONS sip:a SIP/2.0\r\n x\r\nVia: SIP/2.0/UDP h\r\n\r\n"
        #expect(problem(Array(text.utf8)) == .noHeader("a continuation of nothing"))
    }

    @Test func theHeaderMustEnd() {
        let whole = String(decoding: request(), as: UTF8.self)
        #expect(problem(Array(whole.dropLast(1).utf8)) == .missing("the empty line after the header"))
        #expect(problem(Array(whole.replacing("\r\n\r\n", with: "").utf8)) == .missing("the empty line after the header"))
    }

    @Test(arguments: ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type"])
    func onceOnly(_ name: String) {
        let present = ["From", "To", "Call-ID", "CSeq"].contains(name)
        let value = [
            "From": "<sip:1@h>;tag=1", "To": "<sip:1@h>", "Call-ID": "2", "CSeq": "1 INVITE", "Max-Forwards": "1", "Content-Length": "0", "Content-Type": "a/b",
        ]
        let line = "\(name): \(value[name] ?? "")"
        #expect(problem(present ? request(line) : request(line, line)) == .repeated(name))
        // In whatever form.
        if name == "Content-Length" { #expect(problem(request(line, "l: 0")) == .repeated(name)) }
    }

    @Test(arguments: ["Via", "From", "To", "Call-ID", "CSeq"]) func neverMissing(_ name: String) {
        let lines = String(decoding: request(), as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.hasPrefix(name + ":") }
        #expect(problem(Array(lines.joined(separator: "\r\n").utf8)) == .missing(name))
    }

    @Test(arguments: [
        ("Via: x", "Via: no protocol, version and transport"), ("Via:", "Via: no protocol, version and transport"),
        ("Contact: <", "Contact: an angle bracket that none closes"),
        ("Contact: sip:a, sip:b@c:0", "Contact: a port that is none"), ("Contact: *,*", "Contact: a URI without a scheme"),
        ("Contact:", "Contact: a URI without a scheme"),
    ])
    func whatDecidesWhereAnswersGoMustBeReadable(_ line: String, _ told: String) { #expect(problem(request(line))?.description == told) }

    @Test func aStarIsForRegistrars() throws {
        #expect(try SIPMessage(request("Contact: *")).header("contact")?.text == "*")
        // What decides nothing is not judged before it is asked for.
        let message = try SIPMessage(request("Diversion: <", "Date: never", "Route: x"))
        #expect(message.addresses("Diversion") == [.failure(.value("an angle bracket that none closes"))])
    }

    @Test(arguments: [("a b", false), ("", false), ("a\u{1}", false), ("a@b", true), ("<x>\"(y)", true), ("ä", true)])
    func callIDs(_ text: String, _ isTaken: Bool) {
        let bytes = String(decoding: request(), as: UTF8.self).replacing("Call-ID: 1@example.com", with: "Call-ID: \(text)")
        #expect((problem(Array(bytes.utf8)) == nil) == isTaken)
    }

    @Test func methodsAreComparedAsTheyAre() {
        #expect(problem(request(uri: "sip:a")) == nil)
        let other = String(decoding: request(), as: UTF8.self).replacing("CSeq: 1 INVITE", with: "CSeq: 1 invite")
        #expect(problem(Array(other.utf8)) == .methodMismatch(cseq: "invite"))
        // An answer is to whatever it was.
        let answer = other.replacing("INVITE sip:200@example.com SIP/2.0", with: "SIP/2.0 200 OK")
        #expect(problem(Array(answer.utf8)) == nil)
    }

    @Test func valuesOfManyFieldsAreBounded() throws {
        var limits = GrammarLimits()
        (limits.values, limits.headers) = (3, 20)
        let lines = (0..<7).map { _ in "X: 1,2,3" }.joined(separator: "\r\n")
        let message = try SIPMessage(request(lines), limits: limits)
        #expect(throws: GrammarProblem.tooLarge("values of X", limit: 20)) { try message.values("X") }
        #expect(message.addresses("X") == [.failure(.tooLarge("values of X", limit: 20))])
        #expect(message.tokens("X").count == 21)
        let wide = try SIPMessage(request("Y: 1,2,3,4", "Z: 1 2;3,4"), limits: limits)
        #expect(throws: GrammarProblem.tooLarge("values of a list", limit: 3)) { try wide.values("Y") }
        #expect(wide.tokens("Z") == ["1", "2", "3"])
    }
}
