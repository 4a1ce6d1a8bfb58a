import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import Voicemail

/// `OutgoingHTTP` on AsyncHTTPClient.
public struct HTTPPush: OutgoingHTTP {
    /// Bytes of an answer that are read; what a receiver says beyond its status matters to nobody.
    private static let longestAnswer = 65_536

    private let client: HTTPClient

    /// - Parameter client: shut down by its owner. `HTTPPush.configuration` suits it.
    public init(client: HTTPClient) { self.client = client }

    /// A receiver that moves somewhere else must be configured anew: following it would carry the secret there.
    public static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        // The outbox tries again, and knows when.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 8
        configuration.httpVersion = .http1Only
        return configuration
    }

    public func send(_ request: OutgoingRequest) async throws(OutgoingHTTPError) -> Int {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .RAW(value: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if let body = request.body { outgoing.body = .bytes(body) }
        do {
            let response = try await client.execute(outgoing, timeout: .seconds(Int64(request.timeoutSeconds)))
            let status = Int(response.status.code)
            do {
                _ = try await response.body.collect(upTo: Self.longestAnswer)
            } catch is NIOTooManyBytesError {
                // The status has been said; the rest is not ours to read.
            }
            return status
        } catch let error as HTTPClientError {
            throw OutgoingHTTPError(error.shortDescription)
        } catch {
            throw OutgoingHTTPError(String(String(describing: error).prefix(200)))
        }
    }
}
