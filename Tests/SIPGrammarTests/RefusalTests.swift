import Foundation
import Testing

@testable import SIPGrammar

/// Each thing that can be wrong with a message: what is said of it, and what it is answered with, if anything.
@Suite struct RefusalTests {
    @Test(
        arguments: [
            (GrammarProblem.keepAlive, nil, "nothing but line ends"), (.notSIP, nil, "the first line is not one of SIP's"),
            (.startLine("x"), 400, "first line: x"),
            (.version("SIP/9"), 505, "version SIP/9 is not SIP/2.0"), (.statusCode("9"), nil, "status code 9"),
            (.tooLarge("message", limit: 5), 513, "message: more than 5"),
            (.tooLarge("body", limit: 6), 513, "body: more than 6"), (.tooLarge("header fields", limit: 7), 400, "header fields: more than 7"),
            (.noHeader("x"), 400, "a line that is no header field: x"), (.missing("To"), 400, "To is missing"),
            (.repeated("To"), 400, "To is there more than once"),
            (.header("To", "x"), 400, "To: x"), (.contentLength("x"), 400, "Content-Length: x"),
            (.methodMismatch(cseq: "BYE"), 400, "the method of CSeq, BYE, is not that of the first line"), (.scheme("im"), 416, "URI scheme im is not known"),
            (.value("x"), 400, "x"),
        ] as [(GrammarProblem, Int?, String)])
    func statusAndWords(_ problem: GrammarProblem, _ status: Int?, _ words: String) {
        #expect(problem.status?.rawValue == status && problem.description == words)
    }

    @Test(arguments: [
        (RefusalStatus.badRequest, "400 Bad Request"), (.unsupportedScheme, "416 Unsupported URI Scheme"), (.versionNotSupported, "505 Version Not Supported"),
        (.tooLarge, "513 Message Too Large"),
    ])
    func firstLines(_ status: RefusalStatus, _ line: String) { #expect("\(status.rawValue) \(status.reason)" == line) }

    private func answer(_ bytes: [UInt8]) -> String? {
        guard case .failure(let error) = read(bytes) else { return nil }
        return error.response.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The tag of the answer's `To`.
    private func tag(_ bytes: [UInt8]) throws -> String {
        let lines = try #require(answer(bytes)).components(separatedBy: "\r\n")
        let to = try #require(lines.first { $0.hasPrefix("To: ") || $0.hasPrefix("t: ") })
        return try #require(to.components(separatedBy: ";tag=").dropFirst().first)
    }

    private static let head = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:100@example.com>;tag=1\r\nTo: <sip:200@example.com>"

    /// RFC 3261 §8.2.6.2: the fields as they came, all of `Via` in their order, a tag of ours, and nothing else.
    @Test func theWholeAnswer() throws {
        let bytes = request("v: SIP/2.0/TCP h", "X: y", "Content-Length: x", body: "hello"), tag = try tag(bytes)
        #expect(!tag.isEmpty && tag.utf8.allSatisfy { Byte.hexValue($0) != nil })
        #expect(
            answer(bytes) == "SIP/2.0 400 Bad Request\r\n\(Self.head);tag=\(tag)\r\nCall-ID: 1@example.com\r\nCSeq: 1 INVITE\r\nv: SIP/2.0/TCP h\r\n"
                + "Warning: 399 aftertone \"Content-Length: no whole number\"\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func theSameRequestHasTheSameTagAndAnotherHasAnother() throws {
        let first = request("l: x"), other = Array(String(decoding: first, as: UTF8.self).replacing("CSeq: 1", with: "CSeq: 2").utf8)
        #expect(try tag(first) == tag(first) && tag(first) != tag(other))
    }

    @Test(arguments: [
        ("<sip:200@example.com>;tag=theirs", "<sip:200@example.com>;tag=theirs\r\n"), ("\"a <sip:b>", "\"a <sip:b>\r\n"), ("", "\r\n"),
    ])
    func aTagIsAddedWhereThereIsNoneAndOneCanBe(_ value: String, _ repeated: String) throws {
        let bytes = String(decoding: request("l: x"), as: UTF8.self).replacing("To: <sip:200@example.com>", with: "To: \(value)")
        #expect(try #require(answer(Array(bytes.utf8))).contains("\r\nTo: \(repeated)"))
    }

    @Test func anAddressWithoutBracketsGetsItsTagAsWell() throws {
        let bytes = String(decoding: request("l: x"), as: UTF8.self).replacing("To: <sip:200@example.com>", with: "t: sip:200@h;x=y")
        #expect(try #require(answer(Array(bytes.utf8))).contains("\r\nt: sip:200@h;x=y;tag=\(tag(Array(bytes.utf8)))\r\n"))
    }

    @Test func whatBreaksLinesIsNotRepeated() throws {
        let bytes = String(decoding: request(), as: UTF8.self).replacing("Call-ID: 1@example.com", with: "Call-ID: 1\rX-Evil: 1")
        let text = try #require(answer(Array(bytes.utf8)))
        #expect(!text.contains("Evil") && !text.contains("Call-ID: 1") && text.contains("Warning: 399 aftertone \"Call-ID: a line end in its middle\""))
    }

    @Test func aLongReasonIsCut() throws {
        let method = String(repeating: "M", count: 300)
        let other = String(decoding: request(), as: UTF8.self).replacing("CSeq: 1 INVITE", with: "CSeq: 1 \(method)")
        let reason = try #require(answer(Array(other.utf8))).components(separatedBy: "\"")[1]
        #expect(reason == "the method of CSeq, " + String(repeating: "M", count: 180))
    }

    @Test(arguments: [("im:a", "416 Unsupported URI Scheme"), ("sip:", "400 Bad Request"), ("<sip:a>", "400 Bad Request"), ("tel:abc-xyz", "400 Bad Request")])
    func schemes(_ uri: String, _ line: String) { #expect(answer(request(uri: uri))?.hasPrefix("SIP/2.0 \(line)\r\n") == true) }

    @Test func versionsAndSizes() {
        let other = String(decoding: request(), as: UTF8.self).replacing("SIP/2.0\r\nVia", with: "SIP/1.0\r\nVia")
        #expect(answer(Array(other.utf8))?.hasPrefix("SIP/2.0 505 Version Not Supported\r\n") == true)
        #expect(answer(request("l: 65536"))?.hasPrefix("SIP/2.0 513 Message Too Large\r\n") == true)
        // A message that was not looked into at all is answered nothing: nobody knows whom.
        #expect(answer(request(body: String(repeating: "x", count: 65_536))) == nil)
    }

    /// The mistake that is told is the first there is: of its lines, then of the first line, then of the fields in their order.
    @Test func theFirstMistakeIsTold() {
        func told(_ lines: String..., uri: String = "sip:a", cseq: String = "1 INVITE") -> String? {
            let text = String(decoding: request(lines.joined(separator: "\r\n"), uri: uri), as: UTF8.self).replacing("CSeq: 1 INVITE", with: "CSeq: \(cseq)")
            if case .failure(let error) = read(Array(text.utf8)) { return error.description } else { return nil }
        }
        #expect(told("x", "From: y", uri: "im:a") == "a line that is no header field: x")
        #expect(told("From: y", uri: "im:a", cseq: "x") == "URI scheme im is not known")
        #expect(told("From: y", "Via: z", cseq: "x") == "From is there more than once")
        #expect(told("Via: z", cseq: "x") == "Via: no protocol, version and transport")
        #expect(told("Contact: <", "l: x", cseq: "x y") == "CSeq: a number that is none, or too large")
        #expect(told("Contact: <", "l: x", cseq: "1 BYE") == "the method of CSeq, BYE, is not that of the first line")
        #expect(told("Contact: <", "l: x") == "Contact: an angle bracket that none closes")
        #expect(told("l: x") == "Content-Length: no whole number")
    }
}
