import AsyncHTTPClient
import NIOCore
import Synchronization
import Voicemail

/// Clients that know one name by one address, kept for a while, so that who is told something often is told it over one connection.
final class KeptClients: Sendable {
    /// A name, and the address that it was judged by.
    private struct Key: Hashable {
        let host: String
        let address: String
    }

    private struct Entry {
        let client: HTTPClient
        var users = 0
        var lastUse = ContinuousClock.now
    }

    /// Clients that are kept though nobody uses them.
    private static let capacity = 64

    private let entries = Mutex<[Key: Entry]>([:])
    private let configuration: HTTPClient.Configuration
    /// How long one is kept that nobody uses.
    private let keeping: Duration

    init(_ configuration: HTTPClient.Configuration, keeping: Duration) {
        self.configuration = configuration
        self.keeping = keeping
    }

    var count: Int { entries.withLock { $0.count } }

    /// Runs `body` with a client for which the name is that address.
    func with<Value>(
        _ host: String, at address: String, _ body: (HTTPClient) async throws(OutgoingHTTPError) -> Value
    ) async throws(OutgoingHTTPError) -> Value {
        let key = Key(host: host, address: address)
        let client = entries.withLock { entries in
            var entry = entries[key] ?? Entry(client: make(key))
            entry.users += 1
            entries[key] = entry
            return entry.client
        }
        let value: Value
        do throws(OutgoingHTTPError) {
            value = try await body(client)
        } catch {
            await letGo(of: key)
            throw error
        }
        await letGo(of: key)
        return value
    }

    /// Ends them all. Nobody uses one any more.
    func close() async { await end(entries.withLock { Self.take(from: &$0) { _ in true } }) }

    private static func take(from entries: inout [Key: Entry], _ isTaken: (Entry) -> Bool) -> [HTTPClient] {
        let taken = entries.filter { isTaken($0.value) }
        for key in taken.keys { entries[key] = nil }
        return taken.values.map(\.client)
    }

    private func make(_ key: Key) -> HTTPClient {
        var configuration = configuration
        configuration.dnsOverride = [key.host: key.address]
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private func letGo(of key: Key) async {
        let gone = entries.withLock { entries in
            let now = ContinuousClock.now
            entries[key]?.users -= 1
            entries[key]?.lastUse = now
            var gone = Self.take(from: &entries) { $0.users == 0 && now - $0.lastUse >= keeping }
            let idle = entries.filter { $0.value.users == 0 }
            if idle.count > Self.capacity, let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
                if let entry = entries.removeValue(forKey: oldest) { gone.append(entry.client) }
            }
            return gone
        }
        await end(gone)
    }

    private func end(_ clients: [HTTPClient]) async {
        for client in clients {
            // A client that fails to shut down has no request under way: nothing is lost with it.
            try? await client.shutdown()
        }
    }
}
