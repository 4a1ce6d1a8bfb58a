import AsyncHTTPClient
import Foundation
import HTTPFront
import NIOCore
import NIOHTTP1
import SIP
import Telephone
import Voicemail

/// How an installation is right now, seen from outside the server: whether it runs, whether it is ready, what is there and what waits.
public struct ServerStatus: Sendable {
    /// The running server's own report.
    public enum Readiness: Sendable, Hashable {
        case ready
        /// Why not, by what is not ready.
        case unready([String: String])
        /// Nobody tells: no address of the configuration shows it to this machine.
        case unknown(String)
    }

    public struct Disk: Sendable, Hashable {
        /// Bytes that the server's user may still write.
        public let free: Int
        public let size: Int
        /// Bytes of the database with its log.
        public let database: Int
        /// Below this no audio is taken.
        public let reserve: Int
    }

    public let now: Timestamp
    /// The server at work; nil where none is.
    public let server: ServerProcess?
    /// nil where no server is at work.
    public let readiness: Readiness?
    public let census: Census
    public let disk: Disk
    /// Whether registrations with telephone systems hold, by name, as the server tells it.
    public let registrations: [String: Bool]

    /// Looks at an installation, and asks the server that works on it.
    public static func look(at installation: Installation) async throws -> ServerStatus {
        let directory = installation.directory, configuration = installation.configuration
        let (server, disk) = try await blocking {
            let space = try DiskSpace(of: directory.path)
            let database = ["", "-wal", "-shm"].reduce(0) { $0 + (DiskSpace.size(of: directory.database + $1) ?? 0) }
            return (
                try directory.server(),
                Disk(free: space.free, size: space.size, database: database, reserve: configuration.archive.reserveBytes)
            )
        }
        return ServerStatus(
            now: installation.service.clock.now, server: server, readiness: server == nil ? nil : try await ask(configuration.http),
            census: try await installation.store.census(), disk: disk,
            registrations: server == nil ? [:] : try await registrations(of: configuration))
    }

    // MARK: Asking

    private static let patience: Int64 = 5

    /// What the server tells of the registrations that the configuration names; empty where it tells nothing.
    static func registrations(of configuration: Configuration) async throws -> [String: Bool] {
        guard !configuration.telephone.registrations.isEmpty, let address = place(configuration.http) else { return [:] }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let text = await metrics(client, at: address)
        try await client.shutdown()
        var found: [String: Bool] = [:]
        for name in configuration.telephone.registrations.map(\.settings.name) {
            let line = "\n\(CallInstruments.registrationGauge){registration=\"\(name)\"} "
            if let start = text.range(of: line)?.upperBound { found[name] = text[start...].hasPrefix("1") }
        }
        return found
    }

    private static func metrics(_ client: HTTPClient, at address: ListenAddress) async -> String {
        do {
            let response = try await client.execute(request(address.near, "/metrics"), timeout: .seconds(patience))
            return response.status.code == 200 ? String(buffer: try await response.body.collect(upTo: 4 << 20)) : ""
        } catch {
            return ""
        }
    }

    private static func place(_ http: Configuration.HTTP) -> ListenAddress? { http.listen.first { !$0.isSecure && $0.port != 0 } }

    private static func request(_ address: ListenAddress, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(address)\(path)")
        // A trusted proxy on this machine would have to say for whom it asks.
        request.headers.add(name: "X-Forwarded-For", value: "127.0.0.1")
        return request
    }

    private static func ask(_ http: Configuration.HTTP) async throws -> Readiness {
        guard http.operations != .none else { return .unknown("http.operations shows it to nobody") }
        guard let address = place(http) else { return .unknown("there is no address of http to ask at") }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let readiness = await ask(client, at: address)
        try await client.shutdown()
        return readiness
    }

    private static func ask(_ client: HTTPClient, at address: ListenAddress) async -> Readiness {
        let near = address.near
        do {
            let response = try await client.execute(request(near, "/readyz"), timeout: .seconds(patience))
            let body = try await response.body.collect(upTo: 65_536)
            if response.status.code == 200 { return .ready }
            let reasons = (try? JSON.parse(String(buffer: body)))?["reasons"]?.object ?? [:]
            guard response.status.code == 503 else { return .unknown("\(near) answers with the status \(response.status.code)") }
            return .unready(Dictionary(reasons.map { ($0.key, $0.value.string ?? "") }) { first, _ in first })
        } catch {
            return .unknown("\(near) does not answer")
        }
    }
}
