import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import HTTPFront

@Suite struct DrainTests {
    /// Runs a front under a service group; `body` stops it with the closure it is given. Returns when the front has ended.
    private func serve(
        _ dialect: any Dialect, drain: Duration = .seconds(60), _ body: @escaping @Sendable (Int, @Sendable () async -> Void) async throws -> Void
    ) async throws {
        var deadlines = FrontDeadlines()
        deadlines.drain = drain
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let front = Front(listeners: [Listener(port: 0)], dialects: [dialect], deadlines: deadlines, logger: .silent) { found.yield($0.port) }
        let services = ServiceGroup(services: [front], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask {
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                try await body(port) { await services.triggerGracefulShutdown() }
            }
            try await group.waitForAll()
        }
    }

    @Test func exchangesInProgressAreFinished() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        let dialect = TestDialect { request in
            start.yield()
            var iterator = releases.makeAsyncIterator()
            await iterator.next()
            return .text(.ok, "finished")
        }
        try await serve(dialect) { port, stop in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                var iterator = started.makeAsyncIterator()
                await iterator.next()
                await stop()
                // Nobody else is let in.
                var isRefused = false
                for _ in 0..<1000 where !isRefused {
                    isRefused = (try? await WireClient.connect(port) { _ in }) == nil
                }
                #expect(isRefused)
                release.yield()
                let response = try await client.response()
                #expect(response.text == "finished\n")
                #expect(response["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func aBodyInProgressIsReadToItsEnd() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let dialect = TestDialect { request in
            start.yield()
            return await TestDialect.echo.respond(to: request)
        }
        try await serve(dialect) { port, stop in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
                var iterator = started.makeAsyncIterator()
                await iterator.next()
                await stop()
                try await client.send("def")
                #expect(try await client.response().text == "abcdef")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func idleConnectionsAreClosedAtOnce() async throws {
        try await serve(TestDialect.echo) { port, stop in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                _ = try await client.response()
                await stop()
                #expect(await client.isClosed())
            }
        }
    }

    @Test func whatTakesTooLongIsCut() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let dialect = TestDialect { request in
            start.yield()
            return await TestDialect.echo.respond(to: request)
        }
        try await serve(dialect, drain: .milliseconds(50)) { port, stop in
            try await WireClient.connect(port) { client in
                try await client.send("PUT /t/x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
                var iterator = started.makeAsyncIterator()
                await iterator.next()
                await stop()
                #expect(await client.isClosed())
            }
        }
    }

    @Test func aListenerThatCannotBeBoundEndsTheFrontAndSaysWhich() async throws {
        try await withFront(TestDialect.echo) { port in
            let front = Front(
                listeners: [Listener(port: 0), Listener(port: port)], dialects: [TestDialect.echo], logger: .silent)
            let error = await #expect(throws: ListeningError.self) { try await front.run() }
            #expect(error.map { "\($0)" } == "cannot listen on 127.0.0.1:\(port): Address already in use")
        }
    }

    @Test func theFrameworkSaysNothingOfItsOwn() async throws {
        let book = LogBook()
        try await withFront(TestDialect.echo, logger: book.logger()) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                _ = try await client.response()
            }
        }
        #expect(!book.lines.contains { $0.message.contains("listening on") }, "\(book.lines)")
    }

    @Test func severalListenersServeTheSame() async throws {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let front = Front(listeners: [Listener(port: 0), Listener(port: 0)], dialects: [TestDialect.echo], logger: .silent) { found.yield($0.port) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await front.run() }
            var iterator = ports.makeAsyncIterator()
            for _ in 0..<2 {
                let port = try #require(await iterator.next())
                try await WireClient.connect(port) { client in
                    try await client.send(request("PUT", "/t/x", body: "here"))
                    #expect(try await client.response().text == "here")
                }
            }
            group.cancelAll()
        }
    }
}
