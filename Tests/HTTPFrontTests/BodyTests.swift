import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPFront

/// Answers with how reading the body ended.
private let fate = TestDialect { request in
    do throws(BodyError) {
        return .text(.ok, "\(try await request.body.collect().readableBytes)")
    } catch {
        return .text(.badRequest, "\(error)")
    }
}

private func limits(body: Int) -> FrontLimits {
    var limits = FrontLimits()
    limits.body = body
    return limits
}

@Suite struct BodyTests {
    @Test func theFrontsMaximumHoldsAtTheBoundAndOnePast() async throws {
        try await withFront(fate, limits: limits(body: 1000)) { port in
            for chunked in [false, true] {
                for (size, answer) in [(1000, "1000\n"), (1001, "tooLarge(limit: 1000)\n")] {
                    try await WireClient.connect(port) { client in
                        let body = String(repeating: "x", count: size)
                        if chunked {
                            let chunks = "\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                            try await client.send(request("PUT", "/t/x", ["Transfer-Encoding: chunked"]) + chunks)
                        } else {
                            try await client.send(request("PUT", "/t/x", body: body))
                        }
                        #expect(try await client.response().text == answer)
                    }
                }
            }
        }
    }

    @Test func aReadersMaximumHoldsAtTheBoundAndOnePast() async throws {
        let body = RequestBody(ByteBuffer(string: "12345"))
        #expect(try await body.collect(upTo: 5).readableBytes == 5)
        await #expect(throws: BodyError.tooLarge(limit: 4)) { try await body.collect(upTo: 4) }
    }

    @Test(arguments: ["5\r\nab", "zz\r\nab\r\n", "2\r\nabc\r\n"])
    func brokenChunksAreNoBody(_ chunks: String) async throws {
        try await withFront(fate) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PUT", "/t/x", ["Transfer-Encoding: chunked"]) + chunks)
                client.finish()
                let response = try await client.response()
                #expect(response.status == 400)
                #expect(["incomplete\n", "malformed\n"].contains(response.text))
            }
        }
    }

    @Test func aBodyThatEndsEarlyIsIncomplete() async throws {
        try await withFront(fate) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nonly")
                client.finish()
                #expect(try await client.response().text == "incomplete\n")
            }
        }
    }

    @Test func aBodyCanBeReadOnce() async throws {
        let dialect = TestDialect { request in
            let first = try? await request.body.collect()
            let second = try? await request.body.collect()
            return .text(.ok, "\(first?.readableBytes ?? -1) \(second?.readableBytes ?? -1)")
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PUT", "/t/x", body: "abc"))
                #expect(try await client.response().text == "3 0\n")
            }
        }
    }

    @Test func aBodyCannotBeReadAfterItsExchange() async throws {
        let kept = Mutex<RequestBody?>(nil)
        let dialect = TestDialect { request in
            kept.withLock { $0 = request.body }
            return .text(.ok, "x")
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("PUT", "/t/x", body: "abc"))
                _ = try await client.response()
                let body = try #require(kept.withLock { $0 })
                // What was left was read when the connection was kept, so there is nothing or nobody to read from.
                try await client.send(request("GET", "/t/y"))
                _ = try await client.response()
                let late = await Result { try await body.collect() }
                #expect((try? late.get().readableBytes) ?? 0 == 0)
            }
        }
    }

    @Test func twoReadersAtOnceAreRefusedOneByOne() async throws {
        let dialect = TestDialect { request in
            async let one = Result { try await request.body.collect() }
            async let other = Result { try await request.body.collect() }
            let failures = await [one, other].compactMap { result -> BodyError? in
                if case .failure(let error) = result { error as? BodyError } else { nil }
            }
            return .text(.ok, failures.allSatisfy { $0 == .unavailable } ? "safe" : "\(failures)")
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
                try await Task.sleep(for: .milliseconds(20))
                try await client.send("def")
                #expect(try await client.response().text == "safe\n")
            }
        }
    }

    // MARK: 100-continue

    @Test func theClientIsToldToGoOnWhenReadingStarts() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try await client.response().status == 100)
                try await client.send("abc")
                let response = try await client.response()
                #expect(response.text == "abc")
                #expect(response["connection"] == nil)
            }
        }
    }

    @Test func aRefusedClientIsNotToldToGoOn() async throws {
        try await withFront(fate, limits: limits(body: 10)) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 400)
                #expect(response["connection"] == "close")
            }
        }
        try await withFront(TestDialect { _ in .text(.forbidden, "no") }) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 403)
                #expect(response["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func anOldClientIsNotToldToGoOn() async throws {
        try await withFront(TestDialect.echo) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try await client.response().text == "abc")
            }
        }
    }

    // MARK: Answers before the body was read

    @Test func aSmallRestIsReadAndTheConnectionKept() async throws {
        try await withFront(TestDialect { _ in .text(.ok, "early") }) { port in
            try await WireClient.connect(port) { client in
                for _ in 0..<3 {
                    try await client.send(request("PUT", "/t/x", body: String(repeating: "x", count: 10_000)))
                    let response = try await client.response()
                    #expect(response.text == "early\n")
                    #expect(response["connection"] == nil)
                }
            }
        }
    }

    @Test func aLargeRestEndsTheConnectionButTheAnswerArrives() async throws {
        try await withFront(TestDialect { _ in .text(.contentTooLarge, "early") }) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n")
                try await client.send([UInt8](repeating: 0, count: 500_000))
                let response = try await client.response()
                #expect(response.text == "early\n")
                #expect(response["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func whoSendsAllBeforeHeLooksSeesTheAnswer() async throws {
        var deadlines = FrontDeadlines()
        deadlines.lingering = .seconds(600)
        try await withFront(TestDialect { _ in .text(.contentTooLarge, "early") }, deadlines: deadlines) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 30000000\r\n\r\n")
                for _ in 0..<30 { try await client.send([UInt8](repeating: 0, count: 1_000_000)) }
                let response = try await client.response()
                #expect(response.status == 413 && response.text == "early\n")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func noMoreThanTheBoundIsReadOfTheRest() async throws {
        var limits = FrontLimits()
        limits.lingering = 100_000
        var deadlines = FrontDeadlines()
        deadlines.lingering = .seconds(600)
        try await withFront(TestDialect { _ in .text(.contentTooLarge, "early") }, limits: limits, deadlines: deadlines) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 500000000\r\n\r\n")
                // The server closes long before these are all taken.
                var sent = 0
                while sent < 200_000_000 {
                    do { try await client.send([UInt8](repeating: 0, count: 1 << 20)) } catch { break }
                    sent += 1 << 20
                }
                #expect(sent < 200_000_000)
            }
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
