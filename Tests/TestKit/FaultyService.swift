import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Stands before the real service and spoils what it is told to, as that one won't on demand.
public final class FaultyService: Sendable {
    public enum Fault: Sendable {
        case none
        case refuse(Int, String)
        /// The same, with what the service's clock shows.
        case refuseAt(Int, String, date: String)
        /// The connection is closed before anything is done.
        case drop
        /// It is done, and nobody says so.
        case loseAnswer
        /// The answer ends after so many bytes of its body.
        case cut(Int)
        case wrongByte
        /// Its clock, and so its dates, are ahead by so many seconds.
        case clockAhead(Int)
        /// An object is so many seconds old.
        case aged(Int)
        /// It is done, and the answer has these headers in place of its own, and lacks those that are empty.
        case heads([String: String])
        /// It is done so much later.
        case late(Duration)
        /// Nothing is ever said.
        case silence
        /// A success that was not asked of the real one.
        case pretend
        /// This in its place, whatever was asked.
        case say(Int, String, [String: String])
    }

    public struct Request: Sendable {
        public let method: HTTPMethod
        public let uri: String
        public let headers: HTTPHeaders
        public var path: String { String(uri.prefix { $0 != "?" }) }
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private let target: String
    private let tls: NIOSSLContext?
    private let rule: @Sendable (Request, Int) -> Fault
    private let seen = Mutex<[Request]>([])

    /// - Parameters:
    ///   - rule: what becomes of a request, given how many of its method came before it.
    ///   - certificate: where it speaks TLS.
    public init(before target: String, certificate: TestCertificates.Pair? = nil, _ rule: @escaping @Sendable (Request, Int) -> Fault = { _, _ in .none })
        throws
    {
        self.target = target
        tls = try certificate.map { pair in
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)).map(NIOSSLCertificateSource.certificate)
            let key = try NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem)
            return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
        }
        self.rule = rule
    }

    public func count(_ method: HTTPMethod) -> Int { seen.withLock { $0.count { $0.method == method } } }
    public var requests: [Request] { seen.withLock(\.self) }

    /// Runs `body` with the address of this one.
    public func run<Value: Sendable>(_ body: (String) async throws -> Value) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0) { [tls] channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { inbound in
                    await withTaskGroup(of: Void.self) { connections in
                        do {
                            for try await connection in inbound { connections.addTask { await self.serve(connection) } }
                        } catch {
                            connections.cancelAll()
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(tls == nil ? "http://127.0.0.1:\(port)" : "https://localhost:\(port)")
        }
    }

    private func serve(_ connection: Connection) async {
        // What it throws is a connection that has ended.
        try? await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?, body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let new): (head, body) = (new, ByteBuffer())
                case .body(let bytes): body.writeImmutableBuffer(bytes)
                case .end:
                    guard let head, try await answer(head, body, outbound) else { return }
                }
            }
        }
    }

    /// - Returns: whether the connection goes on.
    private func answer(_ head: HTTPRequestHead, _ body: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>) async throws -> Bool {
        let request = Request(method: head.method, uri: head.uri, headers: head.headers)
        let before = seen.withLock { seen in
            seen.append(request)
            return seen.count { $0.method == head.method } - 1
        }
        let fault = rule(request, before)
        switch fault {
        case .drop: return false
        case .silence:
            try await Task.sleep(for: .seconds(3600))
            return false
        case .pretend:
            try await write(.ok, [:], ByteBuffer(), to: outbound)
            return true
        case .refuse(let status, let code), .refuseAt(let status, let code, _):
            let text = head.method == .HEAD ? "" : "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>for a test</Message></Error>"
            var headers = HTTPHeaders()
            if case .refuseAt(_, _, let date) = fault { headers.add(name: "Date", value: date) }
            try await write(HTTPResponseStatus(statusCode: status), headers, ByteBuffer(string: text), to: outbound)
            return true
        case .say(let status, let text, let fields):
            let headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
            try await write(HTTPResponseStatus(statusCode: status), headers, ByteBuffer(string: head.method == .HEAD ? "" : text), to: outbound)
            return true
        case .late(let delay): try await Task.sleep(for: delay)
        case .none, .loseAnswer, .cut, .wrongByte, .clockAhead, .aged, .heads: break
        }
        var outgoing = HTTPClientRequest(url: target + head.uri)
        outgoing.method = head.method
        outgoing.headers = head.headers
        for name in ["content-length", "connection", "transfer-encoding"] { outgoing.headers.remove(name: name) }
        if head.method == .HEAD { outgoing.headers.add(name: "connection", value: "close") }
        outgoing.body = .bytes(body)
        let response = try await HTTPClient.shared.execute(outgoing, timeout: .seconds(300))
        var found = try await response.body.collect(upTo: 64 << 20)
        var headers = response.headers
        if head.method != .HEAD { headers.replaceOrAdd(name: "content-length", value: "\(found.readableBytes)") }
        for name in ["transfer-encoding", "connection"] { headers.remove(name: name) }
        switch fault {
        case .loseAnswer: return false
        case .clockAhead(let seconds): headers.shiftDates(["date", "last-modified"], by: seconds)
        case .aged(let seconds): headers.shiftDates(["last-modified"], by: -seconds)
        case .heads(let fields):
            for (name, value) in fields {
                headers.remove(name: name)
                if !value.isEmpty { headers.add(name: name, value: value) }
            }
        case .wrongByte: found.setInteger((found.getInteger(at: found.readerIndex) as UInt8? ?? 0) ^ 1, at: found.readerIndex)
        case .cut(let count):
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)))
            try await outbound.write(.body(.byteBuffer(found.readSlice(length: min(count, found.readableBytes)) ?? ByteBuffer())))
            return false
        default: break
        }
        try await write(response.status, headers, found, to: outbound, hasLength: true)
        return true
    }

    private func write(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer, to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>,
        hasLength: Bool = false
    ) async throws {
        var headers = headers
        if !hasLength { headers.replaceOrAdd(name: "content-length", value: "\(body.readableBytes)") }
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        if body.readableBytes > 0 { try await outbound.write(.body(.byteBuffer(body))) }
        try await outbound.write(.end(nil))
    }
}

extension HTTPHeaders {
    fileprivate mutating func shiftDates(_ names: [String], by seconds: Int) {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = .gmt
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for name in names {
            guard let date = first(name: name).flatMap(format.date) else { continue }
            replaceOrAdd(name: name, value: format.string(from: date.addingTimeInterval(Double(seconds))))
        }
    }
}
