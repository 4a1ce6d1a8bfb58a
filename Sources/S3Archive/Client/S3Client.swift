import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import Voicemail
import Waiting

/// Asks the service: signs, sends, tries again what may do better in a moment, and gives up in bounded time.
final class S3Client: Sendable {
    let options: S3Options
    private let http: HTTPClient
    private let credentials: Credentials
    private let logger: Logger
    /// Seconds that the service's clock is ahead of ours, as it said itself when it found a request too old.
    private let skew = Mutex(0)

    init(_ options: S3Options, pool: NIOThreadPool, logger: Logger) throws {
        self.options = options
        self.logger = logger
        credentials = Credentials(options.credentials, pool: pool, logger: logger)
        var configuration = HTTPClient.Configuration()
        // A redirect would show a signed request to another host.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.connections
        configuration.httpVersion = .http1Only
        configuration.dnsOverride = options.addresses
        if let authorities = options.authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.file(authorities)]
            configuration.tlsConfiguration = tls
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func close() async {
        do { try await http.shutdown() } catch { logger.error("connections to the S3 service did not close in order", metadata: ["error": "\(error)"]) }
    }

    /// Has credentials of a file read again.
    func doubtCredentials() { credentials.doubt() }

    /// Sends a request until it is answered or has failed for good.
    /// - Parameters:
    ///   - attempts: nil for what the options say.
    ///   - settled: asked after an attempt whose outcome is not known; an answer in place of the one that was lost, nil for none.
    /// - Throws: `S3Trouble`, `CancellationError`.
    func send(
        _ request: S3Request, attempts: Int? = nil, within limit: Duration? = nil, settled: (@Sendable () async throws -> S3Answer?)? = nil
    ) async throws -> S3Answer {
        let attempts = attempts ?? options.attempts
        let end = ContinuousClock.now + .seconds(options.requestSeconds) * 3
        var failed = 0
        while true {
            let trouble: S3Trouble
            do {
                return try await attempt(request, within: limit)
            } catch let error as S3Trouble {
                trouble = error
            }
            failed += 1
            if trouble.isUnknown, let settled, let answer = try? await settled() { return answer }
            guard trouble.isTransient, failed < attempts, ContinuousClock.now < end else { throw trouble }
            logger.debug("a request to the S3 service is tried again", metadata: ["attempt": "\(failed)", "error": "\(trouble)"])
            try await Task.sleep(for: Self.pause(before: failed))
        }
    }

    /// An eighth of a second, doubled each time, two seconds at most; half of it by chance, so that many do not come back at once.
    private static func pause(before attempt: Int) -> Duration {
        let milliseconds = min(125 << min(attempt - 1, 10), 2000)
        return .milliseconds(Int.random(in: milliseconds / 2...milliseconds))
    }

    /// Once, and once more right away with the time or the credentials that it lacked.
    private func attempt(_ request: S3Request, within limit: Duration?) async throws -> S3Answer {
        let used = try await credentials.current()
        do {
            return try await exchange(request, as: used, within: limit)
        } catch let trouble as S3Trouble {
            if case .refused(_, "RequestTimeTooSkewed", _) = trouble { return try await exchange(request, as: used, within: limit) }
            guard trouble.doubtsCredentials else { throw trouble }
            credentials.doubt()
            let found = try await credentials.current()
            guard found != used else { throw trouble }
            return try await exchange(request, as: found, within: limit)
        }
    }

    private func exchange(_ request: S3Request, as credentials: S3Credentials, within limit: Duration?) async throws -> S3Answer {
        let limit = limit ?? .seconds(options.requestSeconds + (request.body.size + max(0, request.longestAnswer - 65_536)) / S3Options.slowest)
        let (signed, body) = (signed(request, as: credentials), request.body.outgoing)
        let answer: S3Answer?
        do {
            answer = try await value(within: limit) { [http] in
                var outgoing = signed
                outgoing.body = body
                let response = try await http.execute(outgoing, timeout: .nanoseconds(limit.nanoseconds))
                let body = try await response.body.collect(upTo: request.longestAnswer)
                return S3Answer(status: Int(response.status.code), headers: response.headers, body: body)
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw S3Trouble(error)
        }
        guard let answer else { throw S3Trouble.unreachable("no answer in time") }
        return try judged(answer, of: request)
    }

    private func signed(_ request: S3Request, as credentials: S3Credentials) -> HTTPClientRequest {
        let place = S3Place(options, key: request.key), query = URIEncoding.query(request.query)
        var headers = request.headers
        headers["host"] = place.host
        let subject = SignatureV4.Subject(
            method: request.method.rawValue, path: place.path, query: query, headers: headers, payload: request.body.sha256)
        let time = SystemClock().now.advanced(by: skew.withLock(\.self))
        headers.merge(SignatureV4(credentials: credentials, region: options.region).headers(for: subject, at: time)) { $1 }
        var outgoing = HTTPClientRequest(url: "\(place.scheme)://\(place.host)\(place.path)" + (query.isEmpty ? "" : "?" + query))
        outgoing.method = request.method
        for (name, value) in headers { outgoing.headers.add(name: name, value: value) }
        // Some services send the end of a body after a HEAD, which the next request would take for its answer.
        if request.method == .HEAD { outgoing.headers.add(name: "connection", value: "close") }
        return outgoing
    }

    /// - Throws: `S3Trouble` for what is no success.
    private func judged(_ answer: S3Answer, of request: S3Request) throws -> S3Answer {
        // Services answer a long POST with 200 at once, and report its failure in the body.
        let mayFailLate = request.method == .POST
        guard !(200..<300).contains(answer.status) || mayFailLate && S3Failure(answer.body) != nil else {
            if request.method == .GET, let length = answer.headers.first(name: "content-length").flatMap({ Int($0) }), length != answer.body.readableBytes {
                throw S3Trouble.unreachable("an answer was cut off")
            }
            return answer
        }
        let failure = S3Failure(answer.body)
        if failure?.code == "RequestTimeTooSkewed", let date = answer.date {
            skew.withLock { $0 = date.unix - SystemClock().now.unix }
        }
        // A late failure is one of the service.
        let status = (200..<300).contains(answer.status) ? 500 : answer.status
        throw S3Trouble.refused(status: status, code: failure?.code ?? "", message: failure?.message ?? "")
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
