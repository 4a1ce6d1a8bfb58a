import Synchronization
import Voicemail

/// What a worker knows of where its attempts go, so that one destination that is slow or gone keeps no other waiting.
///
/// There are as many places for attempts as `OutboxSettings.concurrency` says. An attempt that takes long leaves its place to others and goes
/// on in one of as many beside them; a destination that is known to be slow, or gave no answer last time, gets only one of those. One that
/// has given none several times is asked once in a while, by one attempt, until it answers.
///
/// It is known by the process, and forgotten at its end: that costs a few attempts.
final class DestinationRecord: Sendable {
    /// What one attempt has shown.
    enum Finding: Sendable {
        case answered, unreachable
        /// Nothing was asked.
        case nothing
    }

    private struct Destination {
        /// When each of the batches that are under way began with what it is at.
        var running: [Int: ContinuousClock.Instant] = [:]
        /// Attempts without an answer since the last one that had one.
        var failures = 0
        /// The last attempt took long.
        var isSlow = false
        /// Nobody asks before.
        var pausedUntil: ContinuousClock.Instant?
        var lastUse = ContinuousClock.now

        var isClean: Bool { running.isEmpty && failures == 0 && !isSlow }
    }

    private struct State {
        var next = 0
        var known: [String: Destination] = [:]
    }

    /// Destinations that are known; of more, those that nobody has asked for longest are forgotten.
    private static let capacity = 4096

    private let state = Mutex(State())
    private let settings: OutboxSettings
    private let channels: [String: any DeliveryChannel]

    init(_ settings: OutboxSettings, channels: [String: any DeliveryChannel]) {
        self.settings = settings
        self.channels = channels
    }

    func name(_ channel: String, _ target: String) -> String { channels[channel]?.destination(of: target) ?? channel }

    /// Takes note of a batch that is under way.
    /// - Returns: what it is known by.
    func begin(_ destination: String) -> Int {
        state.withLock { state in
            state.next += 1
            state.known[destination, default: Destination()].running[state.next] = .now
            return state.next
        }
    }

    /// Another attempt of the batch begins.
    func goOn(_ batch: Int, at destination: String) {
        state.withLock { $0.known[destination]?.running[batch] = .now }
    }

    /// Takes note of what an attempt has shown.
    /// - Returns: how long nobody is to ask the destination; nil where it may be asked.
    func note(_ finding: Finding, seconds: Double, at destination: String) -> Duration? {
        state.withLock { state in
            guard var known = state.known[destination] else { return nil }
            known.lastUse = .now
            var pause: Duration?
            switch finding {
            case .nothing: break
            case .answered:
                known.failures = 0
                known.pausedUntil = nil
                known.isSlow = seconds > settings.slowAfter / .seconds(1)
            case .unreachable:
                known.failures += 1
                if known.failures >= settings.failuresBeforePause {
                    let doublings = min(known.failures - settings.failuresBeforePause, 10)
                    let length = min(settings.longestPause, settings.firstPause * (1 << doublings))
                    known.pausedUntil = .now + length
                    pause = length
                }
            }
            state.known[destination] = known
            return pause
        }
    }

    func end(_ batch: Int, at destination: String) {
        state.withLock { state in
            state.known[destination]?.running[batch] = nil
            if state.known[destination]?.isClean == true { state.known[destination] = nil }
            guard state.known.count > Self.capacity else { return }
            let idle = state.known.filter { $0.value.running.isEmpty }.sorted { $0.value.lastUse < $1.value.lastUse }
            for (name, _) in idle.prefix(state.known.count - Self.capacity / 2) { state.known[name] = nil }
        }
    }

    /// Those that nobody is asked at before their pause is over, or are asked by one attempt to find out.
    var resting: Int { state.withLock { $0.known.values.count { $0.failures >= settings.failuresBeforePause } } }

    /// The destinations that may be tried now.
    func gate() -> Gate {
        state.withLock { state in
            let now = ContinuousClock.now
            var gate = Gate(
                channels: channels, places: settings.concurrency, perDestination: settings.perDestination, perPlace: settings.perPlace)
            for (name, destination) in state.known {
                gate.running[name] = destination.running.count
                let hanging = destination.running.values.count { now - $0 > settings.slowAfter }
                let isSuspect = destination.isSlow || destination.failures > 0
                gate.slow += isSuspect ? destination.running.count : hanging
                gate.quick += isSuspect ? 0 : destination.running.count - hanging
                if isSuspect || hanging > 0 { gate.suspects.insert(name) }
                if destination.failures == 0, hanging == 0 { gate.answering.insert(name) }
                guard destination.failures >= settings.failuresBeforePause else { continue }
                // One attempt at a time finds out whether the destination answers again.
                if !destination.running.isEmpty || destination.pausedUntil.map({ now < $0 }) ?? false {
                    gate.closed.insert(name)
                } else {
                    gate.probes.insert(name)
                }
            }
            return gate
        }
    }
}
