import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
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
                for _ in 0..<6000 where !isRefused {
                    isRefused = (try? await WireClient.connect(port) { _ in }) == nil
                    if !isRefused { try await Task.sleep(for: .milliseconds(10)) }
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

    /// Whither clients connect, and until when.
    private final class Comings: Sendable {
        let areOver = Atomic(false)
        let port = Atomic(1)

        func connectUntilTheyAreOver() async {
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            while !areOver.load(ordering: .relaxed) {
                // A port that nobody listens on refuses; the next one is there soon.
                guard let client = try? await bootstrap.connect(host: "127.0.0.1", port: port.load(ordering: .relaxed)).get() else { continue }
                client.writeAndFlush(ByteBuffer(string: request("GET", "/t/x")), promise: nil)
                try? await client.close().get()
            }
        }
    }

    /// What a listener has accepted when its server stops is nobody's; it must end the connection and nothing else.
    @Test func connectionsThatComeWhileServersStopEndNothingElse() async throws {
        let comings = Comings()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { await comings.connectUntilTheyAreOver() } }
            for round in 0..<200 {
                let dialect = TestDialect.echo
                let talk: @Sendable (Int) async throws -> Void = { port in
                    comings.port.store(port, ordering: .relaxed)
                    try await WireClient.connect(port) { client in
                        try await client.send(request("GET", "/t/x"))
                        #expect(try await client.response().status == 200)
                    }
                }
                // One is stopped, the other cancelled, which ends the listener's stream before the listener.
                if round.isMultiple(of: 2) {
                    try await serve(dialect) { port, stop in
                        try await talk(port)
                        await stop()
                    }
                } else {
                    try await withFront(dialect, talk)
                }
            }
            comings.areOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
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
