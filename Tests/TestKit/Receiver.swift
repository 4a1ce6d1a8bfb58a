import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Synchronization

/// Somebody else's server: takes requests on a loopback port, keeps them, and answers as told.
public final class Receiver: Sendable {
    public struct Request: Sendable {
        public let method: String
        public let path: String
        /// Decoded query parameters, in order.
        public let query: [Query.Item]
        public let headers: RequestHeaders
        public let body: String

        public subscript(header: String) -> String? {
            HTTPField.Name(header).flatMap { headers[$0] }
        }
    }

    private let kept = Mutex<[Request]>([])
    private let busy = Mutex<(now: Int, most: Int)>((0, 0))
    private let answer: @Sendable (Request, Int) async -> Int
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    /// - Parameter answer: the status for a request, given how many came before it.
    public init(_ answer: @escaping @Sendable (Request, Int) async -> Int = { _, _ in 200 }) {
        self.answer = answer
        (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    }

    public var requests: [Request] { kept.withLock { $0 } }

    /// The most requests that were in progress at once.
    public var mostAtOnce: Int { busy.withLock { $0.most } }

    /// Runs `body` with the port this receiver listens on.
    public func run<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let front = Front(
            listeners: [Listener(port: 0)], dialects: [Handler(receiver: self)], logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() }
        ) { found.yield($0.port) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await front.run() }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
            return try await body(port)
        }
    }

    /// Returns once `count` requests have come in all. One task may wait at a time.
    public func wait(for count: Int) async {
        var iterator = arrivals.makeAsyncIterator()
        while requests.count < count, await iterator.next() != nil {}
    }

    fileprivate func take(_ request: Request) async -> Int {
        busy.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
        defer { busy.withLock { $0.now -= 1 } }
        let before = kept.withLock { kept in
            kept.append(request)
            return kept.count - 1
        }
        arrived.yield()
        return await answer(request, before)
    }
}

private struct Handler: Dialect {
    let receiver: Receiver
    let name = "receiver"

    func claims(_ path: String) -> Bool { true }

    func respond(to request: FrontRequest) async -> FrontResponse {
        guard let body = try? await request.body.collect() else { return FrontResponse(status: .badRequest) }
        let status = await receiver.take(
            Receiver.Request(
                method: request.method.rawValue, path: request.path, query: request.query.items, headers: request.headers, body: String(buffer: body)))
        return FrontResponse(status: HTTPResponse.Status(code: status))
    }
}
