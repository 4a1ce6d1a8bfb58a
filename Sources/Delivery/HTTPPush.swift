import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Voicemail

/// `OutgoingHTTP` on AsyncHTTPClient. What a name resolves to is judged, and the request goes there and nowhere else: a second look at the
/// name could find something else.
public struct HTTPPush: OutgoingHTTP {
    /// Bytes of an answer that are read; what a receiver says beyond its status matters to nobody.
    private static let longestAnswer = 65_536

    private let client: HTTPClient
    private let product: String
    private let resolver: AddressResolver
    private let patience: Duration
    private let named: KeptClients

    /// - Parameters:
    ///   - client: shut down by its owner. `HTTPPush.configuration` suits it.
    ///   - pool: where names are resolved, which blocks.
    ///   - product: the `User-Agent` of what has none of its own: `Aftertone/1.0`.
    ///   - patience: how long a receiver may take over what it says beyond its status, within the time of its request.
    ///   - keeping: how long what leads to a name is kept that nobody is sent anything by.
    public init(client: HTTPClient, pool: NIOThreadPool, product: String, patience: Duration = .seconds(5), keeping: Duration = .seconds(60)) {
        named = KeptClients(Self.configuration, keeping: keeping)
        self.product = product
        self.patience = patience
        self.client = client
        resolver = AddressResolver(pool: pool)
    }

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
        guard let url = ReceiverURL(request.url) else { throw OutgoingHTTPError("the address is no URL of http or https") }
        let address = try await resolver.address(of: url, reach: request.reach)
        guard url.address == nil else { return try await execute(request, client) }
        return try await named.with(url.writtenHost, at: address) { client throws(OutgoingHTTPError) in try await execute(request, client) }
    }

    /// Names that requests may go to without connecting anew.
    var keptNames: Int { named.count }

    /// Lets go of what leads to names, once nothing is sent any more.
    public func close() async { await named.close() }

    private func execute(_ request: OutgoingRequest, _ client: HTTPClient) async throws(OutgoingHTTPError) -> Int {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .RAW(value: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if !outgoing.headers.contains(name: "User-Agent") { outgoing.headers.add(name: "User-Agent", value: product) }
        if let body = request.body { outgoing.body = .bytes(body) }
        let end = ContinuousClock.now + .seconds(request.timeoutSeconds)
        do {
            let response = try await client.execute(outgoing, timeout: .seconds(Int64(request.timeoutSeconds)))
            await Self.drain(response.body, until: min(end, .now + patience))
            return Int(response.status.code)
        } catch {
            throw OutgoingHTTPError(ConnectionTrouble.words(for: error))
        }
    }
}

extension HTTPPush {
    /// Reads what a receiver says beyond its status, so that the connection can be used again. The client's own timeout ends with the
    /// head, and a receiver may take for ever over the rest: the status has been said, and what cannot be read of it in time, or at
    /// all, is not missed.
    private static func drain(_ body: HTTPClientResponse.Body, until end: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await body.collect(upTo: longestAnswer) }
            group.addTask { try? await Task.sleep(until: end, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }
}
