import Synchronization
import Voicemail

/// What a worker knows of where its attempts go, so that one destination that is slow or gone keeps no other waiting.
///
/// There are as many places for attempts as `OutboxSettings.concurrency` says. An attempt that takes long leaves its place to others and goes
/// on in one of as many beside them; a destination that is known to be slow, or gave no answer last time, gets only one of those. One that
/// has given none several times is asked once in a while, by one attempt, until it answers.
///
/// It is known by the process, and forgotten at its end: that costs a few attempts.
final class Destinations: Sendable {
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

    /// Who may be told something now.
    func gate() -> Gate {
        state.withLock { state in
            let now = ContinuousClock.now
            var gate = Gate(channels: channels, places: settings.concurrency, perDestination: settings.perDestination)
            for (name, destination) in state.known {
                gate.running[name] = destination.running.count
                let hanging = destination.running.values.count { now - $0 > settings.slowAfter }
                let isSuspect = destination.isSlow || destination.failures > 0
                gate.slow += isSuspect ? destination.running.count : hanging
                gate.quick += isSuspect ? 0 : destination.running.count - hanging
                if isSuspect || hanging > 0 { gate.suspects.insert(name) }
                if destination.failures == 0, hanging == 0 { gate.answering.insert(name) }
                guard destination.failures >= settings.failuresBeforePause else { continue }
                // One attempt at a time finds out whether anybody is there again.
                if !destination.running.isEmpty || destination.pausedUntil.map({ now < $0 }) ?? false {
                    gate.closed.insert(name)
                } else {
                    gate.probes.insert(name)
                }
            }
            return gate
        }
    }

    struct Gate: DeliveryGate {
        let channels: [String: any DeliveryChannel]
        let places: Int
        let perDestination: Int
        /// Batches under way, by destination.
        fileprivate(set) var running: [String: Int] = [:]
        fileprivate(set) var quick = 0
        fileprivate(set) var slow = 0
        fileprivate(set) var suspects: Set<String> = []
        /// Of them, those that were slow and no worse.
        fileprivate(set) var answering: Set<String> = []
        fileprivate(set) var closed: Set<String> = []
        fileprivate(set) var probes: Set<String> = []

        fileprivate init(channels: [String: any DeliveryChannel], places: Int, perDestination: Int) {
            self.channels = channels
            self.places = places
            self.perDestination = perDestination
        }

        /// What takes long and finds no room beside the others keeps its place among them.
        private var quickRoom: Int { places - quick - max(0, slow - places) }
        private var slowRoom: Int { places - slow }

        /// Targets that can be taken at most.
        var room: Int { max(0, quickRoom) + max(0, slowRoom) }

        /// Those whose targets all have the same destination, where that is not to be asked.
        var closedChannels: Set<String> {
            guard !closed.isEmpty || !running.isEmpty else { return [] }
            return Set(
                channels.filter { name, channel in
                    // No target has such a name: who gives one for it gives the same for all.
                    let shared = channel.destination(of: "\0")
                    return shared == channel.destination(of: "\0\0") && isFull(shared)
                }.keys)
        }

        private func isFull(_ destination: String) -> Bool { closed.contains(destination) || running[destination, default: 0] >= perDestination }

        mutating func admits(_ channel: String, _ target: String) -> Bool {
            let destination = channels[channel]?.destination(of: target) ?? channel
            guard !isFull(destination) else { return false }
            if suspects.contains(destination) {
                if slowRoom > 0 {
                    slow += 1
                } else {
                    // Those that hang hold up none that answers; half of the places are for who is quick.
                    guard answering.contains(destination), quickRoom > places / 2 else { return false }
                    quick += 1
                }
            } else {
                guard quickRoom > 0 else { return false }
                quick += 1
            }
            running[destination, default: 0] += 1
            if probes.contains(destination) { closed.insert(destination) }
            return true
        }
    }
}
