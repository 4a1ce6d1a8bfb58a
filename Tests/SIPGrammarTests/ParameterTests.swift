import Testing

@testable import SIPGrammar

/// Parameters of headers and of URIs, which have not the same grammar.
@Suite struct ParameterTests {
    private func ofHeader(_ text: String) throws(GrammarProblem) -> SIPParameters {
        var scanner = Scanner(Array(text.utf8)[...])
        return try SIPParameters.ofHeader(&scanner)
    }

    private func ofURI(_ text: String) throws(GrammarProblem) -> SIPParameters { try SIPParameters.ofURI(Array(text.utf8)[...]) }

    /// `name=value` with bars between them; a name alone without the equals sign.
    private func told(_ parameters: SIPParameters) -> String { parameters.all.map { $0.name + ($0.value.map { "=" + $0 } ?? "") }.joined(separator: "|") }

    @Test(arguments: [
        ("", ""), ("  ", ""), (";a", "a"), (" ; A = b ; C ", "a=b|c"), (";a=", "a="), (";a=\"\"", "a="), (#";a="x;y\"z";b"#, #"a=x;y"z|b"#),
        (";a=<sip:x>", "a=<sip:x>"), (";a=b=c", "a=b=c"), (";a=1;A=2", "a=1|a=2"), (";a=\"b\" ;c=[::1]:5", "a=b|c=[::1]:5"), (";a=%41", "a=%41"),
        (";a=b,c", "a=b,c"),
    ])
    func header(_ text: String, _ expected: String) throws { #expect(try told(ofHeader(text)) == expected) }

    @Test(arguments: [";", ";;a", ";=b", ";a b", ";a=b c", "a", ";a=\"b", ";a=\"b\"c", ";a\u{1}", ";a=b\u{1}c", ";ä=1", ";a=b;"])
    func noHeaderParameters(_ text: String) { #expect(throws: GrammarProblem.self) { try ofHeader(text) } }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("A=B;c", "a=B|c"), ("a;;b", "a|b"), ("a=b=c", "a=b=c"), ("%41=%3B", "a=;"), ("a=\"b\"", "a=\"b\""), (";", ""),
    ])
    func uri(_ text: String, _ expected: String) throws { #expect(try told(ofURI(text)) == expected) }

    @Test(arguments: ["=b", "a;=b", "a=%", "%4=b"]) func noURIParameters(_ text: String) { #expect(throws: GrammarProblem.self) { try ofURI(text) } }

    @Test func theFirstOfANameCounts() throws {
        let parameters = try ofHeader(";tag=1;TAG=2;lr")
        #expect(parameters["tag"] == "1" && parameters["lr"] == "" && parameters["x"] == nil)
        #expect(parameters.has("lr") && !parameters.has("x"))
        // Looked up by what is said, and that is in lower case.
        #expect(parameters["TAG"] == nil)
    }

    @Test func asManyAsAllowedAndOneMore() throws {
        func list(_ count: Int) -> String { (0..<count).map { "p\($0)" }.joined(separator: ";") }
        #expect(try ofHeader(";" + list(64)).all.count == 64 && ofURI(list(64)).all.count == 64)
        #expect(throws: GrammarProblem.tooLarge("parameters", limit: 64)) { try ofHeader(";" + list(65)) }
        #expect(throws: GrammarProblem.tooLarge("parameters", limit: 64)) { try ofURI(list(65)) }
    }

    @Test func headersOfAURIAreBoundedAsWell() throws {
        func uri(_ count: Int) throws -> SIPURI? { try AddressURI(Array(("sip:h?" + (0..<count).map { "h\($0)=\($0)" }.joined(separator: "&")).utf8)).sip }
        let most = try #require(try uri(32))
        #expect(most.headers.count == 32 && most.header("h31") == "31" && most.header("h32") == nil)
        #expect(throws: GrammarProblem.tooLarge("headers of a URI", limit: 32)) { try uri(33) }
        let odd = try #require(try AddressURI(Array("sip:h?A&b=1=2&&a=3".utf8)).sip)
        #expect(odd.headers.map(\.name) == ["a", "b", "a"] && odd.headers.map(\.value) == ["", "1=2", "3"] && odd.header("a") == "")
    }
}
