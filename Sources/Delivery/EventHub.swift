import Synchronization
import Voicemail
import Waiting

/// Shows committed events to whoever is listening at the moment: open web sockets, live pages. `EventFeed` finds them. Nothing is kept for
/// those who are not listening; what must arrive goes through deliveries.
public final class EventHub: Sendable {
    private struct State {
        var next = 0
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
    }

    /// Events a listener may be behind; one that is further behind is let go, so that it cannot take a gap for the whole.
    private static let backlog = 1024

    private let state = Mutex(State())
    /// Rung when there are events that `EventFeed` need not wait for its turn to look for.
    private let bell = Bell()

    public init() {}

    /// Events from now on, until the consuming task ends or has fallen too far behind.
    public func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        }
        return stream
    }

    /// Says that events were committed here.
    func ring() { bell.ring() }

    func rung(within limit: Duration) async { await bell.rung(within: limit) }

    public var listeners: Int { state.withLock { $0.listeners.count } }

    public func publish(_ events: [Event]) {
        let continuations = state.withLock { Array($0.listeners.values) }
        for continuation in continuations {
            for event in events {
                if case .dropped = continuation.yield(event) {
                    continuation.finish()
                    break
                }
            }
        }
    }
}
