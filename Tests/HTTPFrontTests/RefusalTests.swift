import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPFront

/// What is refused before any dialect would have answered it: by whom it is worded, what the log says, and what becomes of the connection.
@Suite struct RefusalTests {
    /// Words refusals and tells what it was handed.
    private struct Polite: Dialect {
        let name = "polite"
        func claims(_ path: String) -> Bool { path.hasPrefix("/t/") }
        func respond(to request: FrontRequest) async -> FrontResponse {
            .text(.ok, request.segments.joined(separator: "|") + " " + (request.query["q"] ?? "-"))
        }
        func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? {
            .text(HTTPResponse.Status(code: 418), "\(fault) \(request.method)")
        }
    }

    private func ask(_ bytes: [UInt8], limits: FrontLimits = FrontLimits(), book: LogBook = LogBook()) async throws -> (response: WireResponse, isClosed: Bool)
    {
        let found = Mutex<(WireResponse, Bool)?>(nil)
        try await withFront(Polite(), limits: limits, logger: book.logger()) { port in
            try await WireClient.connect(port) { client in
                try await client.send(bytes)
                let response = try await client.response()
                let isClosed = if response["connection"] == "close" { await client.isClosed() } else { false }
                found.withLock { $0 = (response, isClosed) }
            }
        }
        return try #require(found.withLock { $0 })
    }

    private func ask(_ text: String, limits: FrontLimits = FrontLimits(), book: LogBook = LogBook()) async throws -> (response: WireResponse, isClosed: Bool) {
        try await ask(Array(text.utf8), limits: limits, book: book)
    }

    static let malformed = [
        "GET /t/a b HTTP/1.1\r\nHost: h\r\n\r\n", "GET /t/a\u{0}b HTTP/1.1\r\nHost: h\r\n\r\n", "GET /t/a\u{7F} HTTP/1.1\r\nHost: h\r\n\r\n",
        "FOO /t/a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /t/a HTTP/1.1 \r\nHost: h\r\n\r\n", "GET /t/a HTTP/2.0\r\nHost: h\r\n\r\n",
        "GET /t/a HTTP/1.1\r\nHost: h\r\nX: a\u{0}b\r\n\r\n", "GET /t/a HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
        "GET /t/a HTTP/1.1\r\n Host: h\r\n\r\n", "GET /t/a HTTP/1.1\nHost: h\n\n", "GET /t/a HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 5\r\n\r\n",
        // RFC 9112 §3.2
        "GET /t/a HTTP/1.1\r\n\r\n", "GET /t/a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET /t/a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /t/a HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /t/a HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET /t/a HTTP/1.1\r\nHost: u@a\r\n\r\n",
        "GET /t/a HTTP/1.1\r\nHost: a,b\r\n\r\n",
        // RFC 9112 §6.1 and §6.3
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 2, 2\r\n\r\nab", "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\nab",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: -2\r\n\r\nab", "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0x2\r\n\r\nab",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\nab",
        "PUT /t/a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\nab",
    ]

    @Test(arguments: malformed)
    func whatIsNoRequestGetsTheDialectsWordsALineAndTheEnd(_ text: String) async throws {
        let book = LogBook()
        let (response, isClosed) = try await ask(text, book: book)
        let method = text.prefix { $0 != " " }
        #expect(response.status == 418)
        #expect(response.text == "malformedRequest \(method)\n")
        #expect(response["x-request-id"]?.count == 32)
        #expect(isClosed)
        let lines = book.lines.filter { $0.message.hasPrefix("status=") }.map(\.message)
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("status=418 method=\(method) path=/t/a") == true, "\(lines)")
        #expect(lines.first?.hasSuffix(" remote=127.0.0.1") == true)
    }

    @Test(arguments: ["gzip", "gzip, chunked", "chunked, gzip", "xchunked", "identity", "chunked\r\nTransfer-Encoding: identity"])
    func aCodingThatIsNotKnownIsNotImplemented(_ coding: String) async throws {
        let refused = try await ask("PUT /t/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \(coding)\r\n\r\n0\r\n\r\n")
        #expect(refused.response.text == "unknownCoding PUT\n" && refused.isClosed)
        let plain = try await ask("PUT /elsewhere HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \(coding)\r\n\r\n0\r\n\r\n")
        #expect(plain.response.status == 501 && plain.isClosed)
    }

    @Test func pathsOfNobodyGetPlainWords() async throws {
        let book = LogBook()
        for (text, status) in [
            ("nonsense\r\n\r\n", 400), ("GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("\u{16}\u{03}\u{01}", 400), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            ("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 400), ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ] {
            let refused = try await ask(text, book: book)
            #expect(refused.response.status == status && refused.isClosed, "\(text)")
            #expect(refused.response.text == "this is no request of HTTP/1.1\n")
        }
        #expect(book.lines.filter { $0.message.hasPrefix("status=400") }.count == 6)
    }

    @Test func tooManyHeadersAreTheDialectsToRefuse() async throws {
        let refused = try await ask(request("GET", "/t/a", (0..<100).map { "X-\($0): y" }))
        #expect(refused.response.text == "headersTooLarge(limit: 65536) GET\n" && refused.isClosed)
    }

    /// In its turn: the answer before it comes first, and nothing behind it is answered.
    @Test func aRefusalHasItsTurn() async throws {
        try await withFront(Polite()) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/1") + "GET /t/a b HTTP/1.1\r\nHost: h\r\n\r\n" + request("GET", "/t/3"))
                #expect(try await client.response().text == "t|1 -\n")
                #expect(try await client.response().text == "malformedRequest GET\n")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func secretsOfWhatIsRefusedAreLeftOut() async throws {
        let book = LogBook()
        _ = try await ask("GET /t/a?auth_token=s3 cret&x=1 HTTP/1.1\r\nHost: h\r\n\r\n", book: book)
        let line = try #require(book.lines.first { $0.message.hasPrefix("status=") }?.message)
        #expect(line.contains("path=/t/a?auth_token=***&x=1 "), "\(line)")
    }

    @Test func absoluteFormNamesThePathAndStarTheServer() async throws {
        #expect(try await ask("GET http://h/t/1?q=2 HTTP/1.1\r\nHost: h\r\n\r\n").response.text == "t|1 2\n")
        #expect(try await ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").response.status == 204)
        #expect(try await ask("GET /t/1 HTTP/1.0\r\n\r\n").response.status == 200)
        #expect(try await ask("GET /t/1 HTTP/1.1\r\nHost: \r\n\r\n").response.status == 200)
    }

    // MARK: Bytes above ASCII

    @Test func rawBytesAreReadAsIfPercentEncoded() async throws {
        #expect(try await ask("GET /t/Zoë 📞.wav?q=é+x HTTP/1.1\r\nHost: h\r\n\r\n".replacing(" 📞", with: "📞")).response.text == "t|Zoë📞.wav é x\n")
        let latin = try await ask(Array("GET /t/x?q=".utf8) + [0xE9] + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(latin.response.text == "malformedQuery GET\n" && !latin.isClosed)
        let path = try await ask(Array("GET /t/".utf8) + [0xE9] + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(path.response.text == "malformedPath GET\n")
    }

    @Test func theTargetsLengthIsThatOfItsEncoding() async throws {
        var limits = FrontLimits()
        limits.target = 12
        #expect(try await ask("GET /t/aaaé HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits).response.status == 200)
        #expect(try await ask("GET /t/aaaaé HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits).response.text == "targetTooLong(limit: 12) GET\n")
    }

    /// What stands in a body is nobody's request line, however it is cut.
    @Test(arguments: 0..<40) func bodiesAreLeftAlone(_ seed: UInt64) async throws {
        var random = Seeded(seed)
        let body = "GET /é HTTP/1.1\r\n\r\nGET /é HTTP/1.1\r\n\r\n"
        let chunked = "PUT /t/é HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + String(body.utf8.count, radix: 16) + "\r\n\(body)\r\n0\r\n\r\n"
        let messages = ["\r\n" + request("PUT", "/t/é", body: body), chunked, request("GET", "/t/é?q=é")]
        let echo = TestDialect { request in
            do { return .text(.ok, request.path + " " + String(buffer: try await request.body.collect())) } catch { return .text(.badRequest, "\(error)") }
        }
        try await withFront(echo) { port in
            try await WireClient.connect(port) { client in
                for message in messages {
                    for piece in random.split(Array(message.utf8), longest: 9) where !piece.isEmpty { try await client.send(piece) }
                    let expected = message.hasPrefix("GET") ? "/t/%C3%A9 \n" : "/t/%C3%A9 \(body)\n"
                    #expect(try await client.response().text == expected)
                }
                // All at once; behind a chunked body this works where the body's end is the end of what arrives.
                try await client.send(messages[0] + messages[2] + messages[0] + messages[1])
                for message in [messages[0], messages[2], messages[0], messages[1]] {
                    #expect(try await client.response().text == (message.hasPrefix("GET") ? "/t/%C3%A9 \n" : "/t/%C3%A9 \(body)\n"))
                }
                try await client.send(messages[2])
                #expect(try await client.response().text == "/t/%C3%A9 \n")
            }
        }
    }

    // MARK: Bodies

    /// RFC 9112 §6.1.
    @Test func oldHTTPWithACodingIsTheLastOfItsConnection() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send(
                    request("PUT", "/t/x", ["Connection: keep-alive", "Transfer-Encoding: chunked"], version: "1.0") + "3\r\nabc\r\n0\r\n\r\n"
                        + request("PUT", "/t/x", body: "smuggled"))
                let response = try await client.response()
                #expect(response.text == "abc" && response["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    /// RFC 9112 §7.1.1.
    @Test func aChunksExtensionsAreBounded() async throws {
        var limits = FrontLimits()
        limits.headerBytes = 1000
        try await withFront(TestDialect.echo, limits: limits) { port in
            try await WireClient.connect(port) { client in
                let head = "PUT /t/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                try await client.send(head + "3;" + String(repeating: "x", count: 900) + "\r\nabc\r\n0\r\n\r\n")
                #expect(try await client.response().text == "abc")
                // As many chunks of one byte as one likes.
                try await client.send(head + String(repeating: "1\r\na\r\n", count: 1000) + "0\r\n\r\n")
                #expect(try await client.response().text == String(repeating: "a", count: 1000))
                try await client.send(head + "3;" + String(repeating: "x", count: 1100))
                let refused = try await client.response()
                #expect(refused.status == 400 && refused.text == "malformed\n" && refused["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    /// A chunk that is none, and what comes behind it, do not take the answer away from the client.
    @Test(arguments: ["zz\r\n", "1 \r\na\r\n", "0x1\r\na\r\n", "1\na\r\n", "FFFFFFFFFFFFFFFFF\r\na\r\n", "1\r\nabc\r\n", "-1\r\n"])
    func aBrokenChunkIsAnsweredAndTheConnectionEnds(_ chunk: String) async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + request("PUT", "/t/x", body: "smuggled"))
                let refused = try await client.response()
                #expect(refused.status == 400 && refused.text == "malformed\n")
                #expect(await client.isClosed())
            }
        }
    }
}
