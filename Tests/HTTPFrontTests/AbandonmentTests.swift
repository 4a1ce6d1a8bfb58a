import HTTPTypes
import Logging
import NIOCore
import Testing

@testable import HTTPFront

/// What is done for an exchange ends when it is cut: nobody waits for it any more.
@Suite struct AbandonmentTests {
    /// A dialect that is never done, and tells when it begins and when it is cancelled.
    private static func endless() -> (dialect: TestDialect, begun: AsyncStream<Void>, ended: AsyncStream<Void>) {
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let (ended, ends) = AsyncStream.makeStream(of: Void.self)
        let dialect = TestDialect { _ in
            begins.yield()
            do { try await Task.sleep(for: .seconds(3_600)) } catch { ends.yield() }
            return .text(.internalServerError, "nobody reads this")
        }
        return (dialect, begun, ended)
    }

    @Test(.timeLimit(.minutes(1))) func theTimeIsOver() async throws {
        let (dialect, begun, ended) = Self.endless()
        var deadlines = FrontDeadlines()
        deadlines.exchange = .milliseconds(50)
        let book = LogBook()
        try await withFront(dialect, deadlines: deadlines, logger: book.logger()) { port in
            try await WireClient.connect(port) { client in
                try await client.send(request("GET", "/t/x"))
                for await _ in begun { break }
                for await _ in ended { break }
                #expect(await client.isClosed())
            }
        }
        let errors = book.lines.filter { $0.level >= .error && $0.metadata["request"] != nil }
        #expect(errors.isEmpty, "\(errors)")
    }
}
