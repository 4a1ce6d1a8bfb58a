import NIOHTTP1
import Synchronization
import Voicemail
import Waiting

/// Whether the bucket can be used, asked at most every other second however many want to know.
final class Readiness: Sendable {
    private struct State {
        var reason: String?
        var looked: ContinuousClock.Instant?
        var stored: ContinuousClock.Instant?
    }

    private let client: S3Client
    /// Stores nothing, to find out whether something can be stored.
    private let probe: S3Request
    private let state = Mutex(State())
    private let flights = SingleFlight<String?>(.none)

    private static let pause = Duration.seconds(2)
    /// Storing costs more than looking, and is tried at once when it has failed.
    private static let storingPause = Duration.seconds(60)
    /// For each of the two requests.
    private static let patience = Duration.seconds(5)

    init(_ client: S3Client, probe: S3Request) {
        self.client = client
        self.probe = probe
    }

    /// nil when it can be used.
    func reason() async -> String? {
        let known = state.withLock { state -> String?? in
            guard let looked = state.looked, ContinuousClock.now - looked < Self.pause else { return nil }
            return .some(state.reason)
        }
        if let known { return known }
        do { return try await flights.value(for: "") { await self.look() } } catch { return "the archive cannot be asked" }
    }

    /// Storing has failed: whether it works is tried by the next who asks.
    func doubt() {
        state.withLock { state in
            state.stored = nil
            state.looked = nil
        }
    }

    /// An answer without a body does not say why.
    private func words(for error: any Error) async -> String {
        do {
            _ = try await client.send(S3Request(method: .GET, query: [("list-type", "2"), ("max-keys", "1")]), attempts: 2, within: Self.patience)
            return "\(error)"
        } catch let found {
            // Of the two refusals the one that came is the better.
            if case S3Trouble.unreachable = found { return "\(error)" }
            return "\(found)"
        }
    }

    private func look() async -> String? {
        let stores = state.withLock { state in state.stored.map { ContinuousClock.now - $0 > Self.storingPause } ?? true }
        var reason: String?
        do {
            _ = try await client.send(stores ? probe : S3Request(method: .HEAD), attempts: 2, within: Self.patience)
        } catch {
            reason = stores ? "\(error)" : await words(for: error)
        }
        state.withLock { state in
            state.reason = reason
            state.looked = .now
            if stores { state.stored = reason == nil ? .now : nil }
        }
        return reason
    }
}
