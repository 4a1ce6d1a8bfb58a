import HTTPTypes
import NIOCore
import Testing

@testable import HTTPFront

/// A request as text, with `Host` and, for a body, `Content-Length`.
func request(_ method: String, _ target: String, _ headers: [String] = [], body: String = "", version: String = "1.1") -> String {
    let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
    return "\(method) \(target) HTTP/\(version)\r\n" + (["Host: h"] + headers + length).map { $0 + "\r\n" }.joined() + "\r\n" + body
}

@Suite struct ExchangeTests {
    @Test func bytesComeBackOnOneKeptConnection() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                for word in ["one", "", "three"] {
                    try await client.send(request("PUT", "/t/x", body: word))
                    let response = try await client.response()
                    #expect(response.status == 200)
                    #expect(response.text == word)
                    #expect(response["content-length"] == "\(word.utf8.count)")
                    #expect(response["connection"] == nil)
                    #expect(response["date"]?.hasSuffix(" GMT") == true)
                }
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                let words = (0..<20).map { "word \($0)" }
                try await client.send(words.map { request("PUT", "/t/x", body: $0) }.joined())
                for word in words { #expect(try await client.response().text == word) }
            }
        }
    }

    @Test func chunkedBodiesAreRead() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PUT", "/t/x", ["Transfer-Encoding: chunked"]) + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
                #expect(try await client.response().text == "abcdefg")
                try await client.send(request("GET", "/t/x"))
                #expect(try await client.response().status == 200)
            }
        }
    }

    @Test func aRequestIsHandedOverAsSent() async throws {
        let dialect = TestDialect { request in
            let facts = [
                request.method.rawValue, request.path, request.segments.joined(separator: "|"), request.query["a"] ?? "-",
                request.query.all("b").joined(separator: "|"), request.query.literal("n") ?? "-", request.headers[.userAgent] ?? "-", request.remote,
                "\(request.isSecure)", "\(request.body.declaredLength ?? -1)",
            ]
            return .text(.ok, facts.joined(separator: "\n"))
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PATCH", "/t/a%2Fb//%C3%A9%25/?a=1%2B1+x&&b=1&b=2&n=+353", ["User-Agent: me"], body: "xyz"))
                #expect(
                    try await client.response().text
                        == "PATCH\n/t/a%2Fb//%C3%A9%25/\nt|a/b||é%\n1+1 x\n1|2\n+353\nme\n127.0.0.1\nfalse\n3\n")
            }
        }
    }

    @Test func headSendsTheHeadOfTheAnswer() async throws {
        try await withFront(TestDialect { _ in .text(.ok, "twelve bytes") }) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("HEAD", "/t/x") + request("GET", "/t/x"))
                let head = try await client.response(toHead: true)
                #expect(head["content-length"] == "13")
                let get = try await client.response()
                #expect(get.text == "twelve bytes\n")
            }
        }
    }

    @Test func statusesWithoutABodyHaveNone() async throws {
        let dialect = TestDialect { request in
            FrontResponse(status: request.path.hasSuffix("304") ? .notModified : .noContent, body: .bytes(ByteBuffer(string: "not sent")))
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/204") + request("GET", "/t/304") + request("GET", "/t/204"))
                let (first, second, third) = (try await client.response(), try await client.response(), try await client.response())
                #expect([first.status, second.status, third.status] == [204, 304, 204])
                #expect(first["content-length"] == nil && first["transfer-encoding"] == nil)
            }
        }
    }

    @Test func oldClientsAreAnsweredInTheirWay() async throws {
        let dialect = TestDialect { request in
            request.path == "/t/known"
                ? .text(.ok, "known") : FrontResponse(status: .ok, body: .stream(length: nil) { try await $0.write(ByteBuffer(string: "unknown")) })
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/known", ["Connection: keep-alive"], version: "1.0"))
                let kept = try await client.response()
                #expect(kept["connection"] == "keep-alive")
                try await client.send(request("GET", "/t/stream", ["Connection: keep-alive"], version: "1.0"))
                let streamed = try await client.response()
                #expect(streamed["transfer-encoding"] == nil)
                #expect(streamed["connection"] == "close")
                #expect(streamed.text == "unknown")
            }
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/known", version: "1.0"))
                #expect(try await client.response()["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: [(["Connection: close"], false), (["Upgrade: h2c", "Connection: Upgrade"], false), ([], true)] as [([String], Bool)])
    func aConnectionEndsWhenEitherSideAsks(_ headers: [String], _ dialectCloses: Bool) async throws {
        let dialect = TestDialect { _ in
            var response = FrontResponse.text(.ok, "x")
            response.closesConnection = dialectCloses
            return response
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x", headers))
                #expect(try await client.response()["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func aClientThatHasSaidAllIsStillAnswered() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PUT", "/t/x", body: "half closed"))
                client.finish()
                #expect(try await client.response().text == "half closed")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func aClientThatHasSaidAllGetsAllOfALongAnswer() async throws {
        let dialect = TestDialect { _ in
            FrontResponse(status: .ok, body: .bytes(ByteBuffer(repeating: 7, count: 20_000_000)))
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                client.finish()
                try await Task.sleep(for: .milliseconds(50))
                #expect(try await client.response().body.readableBytes == 20_000_000)
            }
        }
    }

    @Test func requestIDsAreTakenIfSaneAndMadeOtherwise() async throws {
        try await withFront(TestDialect { .text(.ok, $0.id) }) { port in
            try await WireClient.connect(port) { client in
                let longest = String(repeating: "x", count: 128)
                for sane in ["abc-123", "~!@#", longest] {
                    try await client.send(request("GET", "/t/x", ["X-Request-ID: \(sane)"]))
                    let response = try await client.response()
                    #expect(response.text == sane + "\n")
                    #expect(response["x-request-id"] == sane)
                }
                for other in ["X-Request-ID: \(longest)x", "X-Request-ID: a b", "X-Request-ID: é", "X-Request-ID:", "X-Other: y"] {
                    try await client.send(request("GET", "/t/x", [other]))
                    let id = try await client.response()["x-request-id"] ?? ""
                    #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
                }
            }
        }
    }

    @Test func framingIsTheFrontsWhateverADialectSets() async throws {
        let dialect = TestDialect { _ in
            FrontResponse(
                status: .ok, headers: [.contentLength: "999", .transferEncoding: "chunked", .connection: "close"],
                body: .bytes(ByteBuffer(string: "four")))
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                let response = try await client.response()
                #expect(response["content-length"] == "4" && response["transfer-encoding"] == nil && response["connection"] == nil)
                #expect(response.text == "four")
            }
        }
    }

    @Test func hostileHeaderValuesStayInTheirLine() async throws {
        let dialect = TestDialect { _ in
            var response = FrontResponse.text(.ok, "x")
            response.headers[.location] = "/a\r\nX-Evil: 1\u{0}"
            return response
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                let response = try await client.response()
                #expect(response["x-evil"] == nil)
                #expect(response["location"]?.hasPrefix("/a") == true)
            }
        }
    }
}
