import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Voicemail

@testable import HTTPFront

/// A dialect made of a closure; claims everything under `/t/`.
struct TestDialect: Dialect {
    let name: String
    let answer: @Sendable (FrontRequest) async -> FrontResponse

    init(_ name: String = "test", _ answer: @escaping @Sendable (FrontRequest) async -> FrontResponse) {
        self.name = name
        self.answer = answer
    }

    func claims(_ path: String) -> Bool { path.hasPrefix("/t/") }
    func respond(to request: FrontRequest) async -> FrontResponse { await answer(request) }
}

extension TestDialect {
    /// Answers with what it was sent.
    static let echo = TestDialect { request in
        do throws(BodyError) {
            return FrontResponse(contentType: "application/octet-stream", bytes: try await request.body.collect())
        } catch .tooLarge {
            return .text(.contentTooLarge, "too large")
        } catch {
            return .text(.badRequest, "\(error)")
        }
    }
}

/// Runs a front while `body` talks to its port.
func withFront(
    _ dialect: any Dialect, limits: FrontLimits = FrontLimits(), deadlines: FrontDeadlines = FrontDeadlines(),
    metrics: MetricsRegistry = MetricsRegistry(), readiness: [ReadinessCheck] = [], documents: [String: StaticRoute] = [:],
    tls: TLSFiles? = nil, operations: OperationsAudience = .all, trustedProxies: [NetworkRange] = [], logger: Logger = .silent,
    _ body: (Int) async throws -> Void
) async throws {
    try await withFront(
        dialect, limits: limits, deadlines: deadlines, metrics: metrics, readiness: readiness, documents: documents, tls: tls,
        operations: operations, trustedProxies: trustedProxies, logger: logger
    ) { port, _ in try await body(port) }
}

func withFront(
    _ dialect: any Dialect, limits: FrontLimits = FrontLimits(), deadlines: FrontDeadlines = FrontDeadlines(),
    metrics: MetricsRegistry = MetricsRegistry(), readiness: [ReadinessCheck] = [], documents: [String: StaticRoute] = [:],
    tls: TLSFiles? = nil, operations: OperationsAudience = .all, trustedProxies: [NetworkRange] = [], logger: Logger = .silent,
    _ body: (Int, Front) async throws -> Void
) async throws {
    let (ports, found) = AsyncStream.makeStream(of: Int.self)
    let front = Front(
        listeners: [Listener(port: 0, tls: tls, operations: operations)], dialects: [dialect], limits: limits,
        deadlines: deadlines, metrics: metrics, readiness: readiness, documents: documents, trustedProxies: trustedProxies, logger: logger
    ) { found.yield($0.port) }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await front.run() }
        var iterator = ports.makeAsyncIterator()
        if let port = await iterator.next() { try await body(port, front) }
        group.cancelAll()
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Keeps what is logged.
final class LogBook: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    func logger() -> Logger {
        Logger(label: "test") { _ in Handler(book: self) }
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = Line(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" })
            book.kept.withLock { $0.append(line) }
        }
    }
}
