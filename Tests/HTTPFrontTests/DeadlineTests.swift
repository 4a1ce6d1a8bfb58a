import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPFront

/// Deadlines out of the way but for the one a test is about.
private func deadlines(_ change: (inout FrontDeadlines) -> Void) -> FrontDeadlines {
    var deadlines = FrontDeadlines()
    (deadlines.head, deadlines.exchange, deadlines.idle, deadlines.lingering) = (.seconds(60), .seconds(60), .seconds(60), .seconds(60))
    change(&deadlines)
    return deadlines
}

/// Keeps sending a byte until the server is gone.
private func drip(_ client: inout WireClient, every pause: Duration = .milliseconds(10)) async {
    for _ in 0..<1000 {
        do {
            try await client.send("x")
            try await Task.sleep(for: pause)
        } catch {
            return
        }
    }
    Issue.record("the server is still there")
}

@Suite struct DeadlineTests {
    private func cuts(_ metrics: MetricsRegistry, _ reason: String) -> Int {
        metrics.counter(
            "aftertone_http_connections_cut_total", help: "", labels: [("reason", reason)]
        ).value
    }

    private func openConnections(_ metrics: MetricsRegistry) -> Int { metrics.gauge("aftertone_http_connections", help: "").value }

    @Test(arguments: ["", "GET /t/x HT"])
    func aClientThatDoesNotAskIsCut(_ start: String) async throws {
        let metrics = MetricsRegistry()
        try await withFront(TestDialect.echo, deadlines: deadlines { $0.head = .milliseconds(60) }, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                // On a busy machine it may be too late already.
                if !start.isEmpty { try? await client.send(start) }
                #expect(await client.isClosed())
            }
        }
        #expect(cuts(metrics, "head") == 1)
    }

    @Test func aHeadThatDripsIsCut() async throws {
        let metrics = MetricsRegistry()
        try await withFront(TestDialect.echo, deadlines: deadlines { $0.head = .milliseconds(100) }, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                // On a busy machine it may be too late already.
                try? await client.send("GET /t/")
                await drip(&client)
            }
        }
        #expect(cuts(metrics, "head") == 1)
    }

    @Test func aSecondHeadThatDripsIsCut() async throws {
        let metrics = MetricsRegistry()
        try await withFront(TestDialect.echo, deadlines: deadlines { $0.head = .milliseconds(150) }, metrics: metrics) { port in
            var hasAsked = false
            // On a busy machine the first head may be late as well; then another connection is tried.
            for _ in 0..<50 where !hasAsked {
                hasAsked = try await WireClient.connect(port) { client in
                    do {
                        try await client.send(request("GET", "/t/x"))
                        _ = try await client.response()
                        try await client.send("GET /t/")
                    } catch {
                        return false
                    }
                    let before = cuts(metrics, "head")
                    await drip(&client)
                    #expect(cuts(metrics, "head") == before + 1)
                    return true
                }
            }
            #expect(hasAsked)
        }
    }

    @Test func aBodyThatDripsIsCutAndNeverWhole() async throws {
        let (fates, tell) = AsyncStream.makeStream(of: String.self)
        let dialect = TestDialect { request in
            do throws(BodyError) {
                tell.yield("\(try await request.body.collect().readableBytes)")
            } catch {
                tell.yield("\(error)")
            }
            return .text(.ok, "x")
        }
        let metrics = MetricsRegistry()
        try await withFront(dialect, deadlines: deadlines { $0.exchange = .milliseconds(150) }, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
                await drip(&client)
            }
            var iterator = fates.makeAsyncIterator()
            #expect(await iterator.next() == "incomplete")
        }
        #expect(cuts(metrics, "exchange") == 1)
    }

    @Test func aClientThatDoesNotReadIsCut() async throws {
        let (fates, tell) = AsyncStream.makeStream(of: String.self)
        let dialect = TestDialect { _ in
            FrontResponse(
                status: .ok,
                body: .stream(length: nil) { writer in
                    do {
                        for _ in 0..<1000 { try await writer.write(ByteBuffer(repeating: 0, count: 1 << 20)) }
                        tell.yield("written")
                    } catch {
                        tell.yield("cut")
                        throw error
                    }
                })
        }
        let metrics = MetricsRegistry()
        let short = deadlines { deadlines in
            deadlines.exchange = .milliseconds(150)
            deadlines.minimumRate = 0
        }
        try await withFront(dialect, deadlines: short, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                var iterator = fates.makeAsyncIterator()
                #expect(await iterator.next() == "cut")
            }
        }
        #expect(cuts(metrics, "exchange") == 1)
    }

    @Test func aHandlerThatTakesTooLongIsCut() async throws {
        let dialect = TestDialect { _ in
            // Until it is cut.
            try? await Task.sleep(for: .seconds(3600))
            return .text(.ok, "late")
        }
        try await withFront(dialect, deadlines: deadlines { $0.exchange = .milliseconds(100) }) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                #expect(await client.isClosed())
            }
        }
    }

    @Test func bytesEarnTime() async throws {
        let generous = deadlines { deadlines in
            deadlines.exchange = .milliseconds(150)
            // Every piece of 1,000 bytes earns ten seconds.
            deadlines.minimumRate = 100
        }
        try await withFront(TestDialect.echo, deadlines: generous) { port in
            try await WireClient.connect(port) { client in
                let piece = String(repeating: "x", count: 1000)
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n" + piece)
                try await Task.sleep(for: .milliseconds(200))
                try await client.send(piece + piece)
                #expect(try await client.response().body.readableBytes == 3000)
            }
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        let metrics = MetricsRegistry()
        try await withFront(TestDialect.echo, deadlines: deadlines { $0.idle = .milliseconds(60) }, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                _ = try await client.response()
                #expect(await client.isClosed())
            }
        }
        #expect(cuts(metrics, "idle") == 1)
    }

    @Test func lingeringEnds() async throws {
        let metrics = MetricsRegistry()
        try await withFront(TestDialect { _ in .text(.ok, "early") }, deadlines: deadlines { $0.lingering = .milliseconds(80) }, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n")
                _ = try await client.response()
                await drip(&client)
            }
        }
        #expect(cuts(metrics, "lingering") == 1)
    }

    /// Many clients send all before they read: one that sends quickly enough is not cut off, or it would never see the answer.
    @Test func whoStillSendsAfterAnEarlyAnswerIsNotCutOff() async throws {
        // A machine that stood still meanwhile has shown nothing.
        while try await !sendsAfterAnEarlyAnswer() {}
    }

    /// - Returns: whether the first half went out in time.
    private func sendsAfterAnEarlyAnswer() async throws -> Bool {
        let metrics = MetricsRegistry()
        let front = deadlines {
            $0.lingering = .seconds(1)
            // The first half earns a minute: far more than a busy machine lets pass between the halves.
            $0.minimumRate = 2000
        }
        // More than is read for the sake of keeping the connection.
        let half = String(repeating: "x", count: 120_000)
        var isInTime = false
        try await withFront(TestDialect { _ in .text(.ok, "early") }, deadlines: front, metrics: metrics) { port in
            try await WireClient.connect(port) { client in
                let asked = ContinuousClock.now
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 240000\r\n\r\n")
                // From the end of what the server says on, it is the time of lingering that runs.
                #expect(try await client.rest().hasSuffix("early\n"))
                try? await client.send(half)
                isInTime = ContinuousClock.now - asked < .milliseconds(500)
                guard isInTime else { return }
                try await Task.sleep(for: .milliseconds(1200))
                try await client.send(half)
                while openConnections(metrics) > 0 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(cuts(metrics, "lingering") == 0)
            }
        }
        return isInTime
    }

    @Test func slowClientsDoNotHoldUpOthers() async throws {
        try await withFront(TestDialect.echo) { port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await WireClient.connect(port) { client in
                            try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx")
                            try await Task.sleep(for: .seconds(60))
                        }
                    }
                }
                try await WireClient.connect(port) { client in
                    for number in 0..<50 {
                        try await client.send(request("PUT", "/t/x", body: "\(number)"))
                        #expect(try await client.response().text == "\(number)")
                    }
                }
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
        }
    }
}
