import Synchronization

/// Joins requests for the same thing: the first makes it, those who come meanwhile get the same.
///
/// The first works in its own task, so that no work is without an owner. When it is cancelled, one of those who
/// wait takes over.
public final class SingleFlight<Value: Sendable>: Sendable {
    private enum Outcome: Sendable {
        case landed(Value)
        case failed(any Error)
        /// The leader was cancelled.
        case abandoned
        /// The one who waits was.
        case cancelled
    }

    /// Who waits, by what they wait for. The leader of a flight is not among them.
    private let flights = Mutex([String: [Wait<Outcome>]]())

    public init() {}

    /// Whether somebody is making `name` now.
    public func isFlying(_ name: String) -> Bool { flights.withLock { $0[name] != nil } }

    /// How many wait for somebody else's `name` now.
    public func waiting(for name: String) -> Int { flights.withLock { $0[name]?.count ?? 0 } }

    /// - Throws: what `make` throws, `CancellationError`.
    public func value(for name: String, make: () async throws -> Value) async throws -> Value {
        while true {
            try Task.checkCancellation()
            guard let flight = join(name) else { return try await lead(name, make) }
            let outcome = await flight.outcome { [self] in
                if flights.withLock({ $0[name]?.take(flight) }) == true { flight.end(.cancelled) }
            }
            switch outcome {
            case .landed(let value): return value
            case .failed(let error): throw error
            case .abandoned: continue
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// - Returns: nil for whoever leads.
    private func join(_ name: String) -> Wait<Outcome>? {
        flights.withLock { flights in
            guard flights[name] != nil else {
                flights[name] = []
                return nil
            }
            let flight = Wait<Outcome>()
            flights[name]?.append(flight)
            return flight
        }
    }

    private func lead(_ name: String, _ make: () async throws -> Value) async throws -> Value {
        do {
            let value = try await make()
            land(name, .landed(value))
            return value
        } catch let error as CancellationError {
            land(name, .abandoned)
            throw error
        } catch {
            land(name, .failed(error))
            throw error
        }
    }

    private func land(_ name: String, _ outcome: Outcome) {
        for follower in flights.withLock({ $0.removeValue(forKey: name) ?? [] }) { follower.end(outcome) }
    }
}
