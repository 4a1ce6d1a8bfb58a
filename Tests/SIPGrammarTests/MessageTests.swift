import Testing

@testable import SIPGrammar

/// What is taken of whole messages, and what is answered to the others.
@Suite struct MessageTests {
    private func problem(_ bytes: [UInt8], framing: SIPMessage.Framing = .datagram, limits: GrammarLimits = GrammarLimits()) -> GrammarProblem? {
        if case .failure(let error) = read(bytes, framing: framing, limits: limits) { error.problem } else { nil }
    }

    @Test func linesMayEndWithLineFeedsAlone() throws {
        let bytes = String(decoding: request(), as: UTF8.self).replacing("\r\n", with: "\n")
        #expect(try SIPMessage(Array(bytes.utf8)).callID == "1@example.com")
    }

    @Test func emptyLinesBeforeAreNothing() throws {
        #expect(problem(Array("\r\n\r\n".utf8)) == .keepAlive && problem([]) == .keepAlive)
        #expect(try SIPMessage(Array("\r\n\r\n".utf8) + request()).method == "INVITE")
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "hello", "\0\0\0\0", "INVITE\r\n\r\n", ":\r\n\r\n", "SIP/\r\n\r\n", " SIP/2.0\r\n\r\n"])
    func whatIsNotSIPIsDropped(_ text: String) {
        guard case .failure(let error) = read(Array(text.utf8)) else { return #expect(Bool(false)) }
        #expect(error.status == nil && error.response == nil)
    }

    @Test func anAnswerRepeatsWhatItMust() throws {
        guard case .failure(let error) = read(request("CSeq: 2 INVITE")) else { return #expect(Bool(false)) }
        let answer = String(decoding: try #require(error.response), as: UTF8.self)
        #expect(answer.hasPrefix("SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:100@example.com>;tag=1\r\n"))
        #expect(answer.hasSuffix("Warning: 399 aftertone \"CSeq is there more than once\"\r\nContent-Length: 0\r\n\r\n"))
    }

    @Test func anAnswerTellsNothingRaw() throws {
        guard case .failure(let error) = read(request("no header \"\u{7}ä\\ at all")) else { return #expect(Bool(false)) }
        let answer = try #require(error.response)
        #expect(answer.allSatisfy { (0x20..<0x7f).contains($0) || [0x0d, 0x0a].contains($0) })
        #expect(String(decoding: answer, as: UTF8.self).contains("a line that is no header field: no header ???? at all\""))
    }

    @Test func neitherAnAckNorAResponseIsAnswered() {
        let ack = String(decoding: request("Content-Length: x"), as: UTF8.self).replacing("INVITE", with: "ACK")
        guard case .failure(let error) = read(Array(ack.utf8)) else { return #expect(Bool(false)) }
        #expect(error.status == nil && error.problem == .contentLength("no whole number"))
    }

    @Test func withoutAViaThereIsNoWayBack() {
        let lines = String(decoding: request(), as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Via") }
        guard case .failure(let error) = read(Array(lines.joined(separator: "\r\n").utf8)) else { return #expect(Bool(false)) }
        #expect(error.problem == .missing("Via") && error.status == nil)
    }

    @Test func contentLength() throws {
        #expect(try SIPMessage(request("Content-Length: 3", body: "abcdef")).body == Array("abc".utf8))
        #expect(try SIPMessage(request(body: "abcdef")).body == Array("abcdef".utf8))
        #expect(problem(request("Content-Length: 7", body: "abcdef")) == .contentLength("7, and 6 bytes came"))
        for wrong in ["-1", "+3", "3 3", "0x3", "", "99999999999999999999999999"] {
            #expect(problem(request("Content-Length: \(wrong)", body: "abcdef")) == .contentLength("no whole number"))
        }
        #expect(problem(request(body: ""), framing: .stream) == .missing("Content-Length"))
        #expect(problem(request("Content-Length: 3", body: "abcdef"), framing: .stream) == .contentLength("3, and 6 bytes came"))
    }

    @Test func limits() {
        var limits = GrammarLimits()
        (limits.headers, limits.lineBytes, limits.bodyBytes, limits.values) = (10, 100, 10, 4)
        let padding = (0..<4).map { "X-\($0): 1" }.joined(separator: "\r\n"), most = request(padding)
        #expect(problem(most, limits: limits) == nil)
        #expect(problem(request(padding, "X-4: 1", "X-5: 1"), limits: limits) == .tooLarge("header fields", limit: 10))
        #expect(problem(request("X: " + String(repeating: "x", count: 97)), limits: limits) == nil)
        #expect(problem(request("X: " + String(repeating: "x", count: 98)), limits: limits) == .tooLarge("bytes of a header field", limit: 100))
        // Folding does not make more of it.
        #expect(problem(request("X: 1" + String(repeating: "\r\n xxxxxxxxx", count: 10)), limits: limits) == .tooLarge("bytes of a header field", limit: 100))
        #expect(problem(request(body: "0123456789"), limits: limits) == nil)
        #expect(problem(request(body: "01234567890"), limits: limits) == .tooLarge("body", limit: 10))
        limits.messageBytes = 50
        #expect(problem(request(), limits: limits) == .tooLarge("message", limit: 50))
    }

    @Test func listsOverSeveralFields() throws {
        let message = try SIPMessage(
            request("Diversion: \"Last, first\" <sip:1@a>;reason=no-answer , <sip:2@a;p=\"x>", "diversion: <sip:3@a>,,", "Diversion: tel:+4"))
        let users = message.addresses("Diversion").map { try? $0.get().uri.user }
        #expect(users == ["1", nil, "3", "+4"])
        #expect(try SIPMessage(request("k: timer, 100rel", "Supported: Replaces")).tokens("Supported") == ["timer", "100rel", "replaces"])
    }

    @Test func requestMayBeForATelephoneNumber() throws {
        #expect(try SIPMessage(request(uri: "tel:+44-20-7946-0018")).requestURI?.user == "+442079460018")
    }
}
