import SIPGrammar
import Waiting

/// Keeps us registered with a telephone system as one of its extensions (RFC 3261 §10.2), for as long as it runs.
@SIPLoop public final class Registration {
    public nonisolated let settings: RegistrationSettings
    let endpoint: SIPEndpoint
    private let names: any PeerNames
    let clock: any Clock<Duration>
    private let told: @Sendable (RegistrationState) -> Void

    let callID = String(UInt64.random(in: 0...(.max)), radix: 36) + String(UInt64.random(in: 0...(.max)), radix: 36)
    let tag = String(UInt64.random(in: 0...(.max)), radix: 36)
    var sequence = UInt32.random(in: 1...1_000_000)
    /// What the registrar has asked and how it is answered, for the next request as well.
    var digest: DigestAnswer?
    /// The registrar that holds the registration.
    private var holder: PeerAddress?
    /// The request under way.
    var request: OwnRequest?
    private var rest: Task<Void, any Error>?
    private var isEnding = false

    /// Seconds that one place has to answer.
    private static let patience = 10
    /// Seconds that it has when the server stops.
    private static let lastPatience = 2
    /// Seconds to wait at most, whatever the other side says.
    private static let longestRest = 3600

    /// - Parameters:
    ///   - names: finds the registrar.
    ///   - told: told of each change. Called on the loop's thread: it must not wait for anything.
    public init(
        _ settings: RegistrationSettings, _ endpoint: SIPEndpoint, names: any PeerNames, clock: any Clock<Duration> = ContinuousClock(),
        told: @escaping @Sendable (RegistrationState) -> Void
    ) {
        self.settings = settings
        self.endpoint = endpoint
        self.names = names
        self.clock = clock
        self.told = told
    }

    /// Registers, and again before that is over, until `end` is called; then no more.
    public func run() async {
        var failures = 0
        while !isEnding {
            let outcome = await attempt()
            if isEnding { break }
            switch outcome {
            case .granted(let seconds, let place):
                (failures, holder) = (0, place)
                told(.registered(at: place, seconds: seconds))
                // Time is left for another try, should the first get lost.
                await pause(.milliseconds(seconds * 750))
            case .refused(let reason, let retry, let isHopeless):
                failures += 1
                let seconds = max(Double.random(in: BackOff.range(after: failures, isHopeless: isHopeless)), Double(min(retry ?? 0, Self.longestRest)))
                told(.failed(reason: reason, retrySeconds: Int(seconds.rounded(.up))))
                await pause(.milliseconds(Int(seconds * 1000)))
            case .silent: break
            }
        }
        await unregister()
        endpoint.door.befriend([], as: settings.name)
        told(.ended)
    }

    /// Has `run` give it up and return.
    public func end() {
        isEnding = true
        rest?.cancel()
        request?.answer.end(nil)
    }

    private func pause(_ duration: Duration) async {
        let rest = Task { [clock] in try await clock.sleep(for: duration) }
        self.rest = rest
        // Ended early is ended as well.
        _ = await rest.result
        self.rest = nil
    }

    /// Asks the places where the registrar is, one after the other, until one answers.
    private func attempt() async -> RegisterOutcome {
        let places = await names.addresses(of: settings.host, port: settings.port, over: settings.transport)
        guard !places.isEmpty else { return .refused("there is no address of \(settings.host)") }
        // The registrar's addresses are let in: its answers, and the calls that we register for.
        endpoint.door.befriend(Set(places.map(\.host)), as: settings.name)
        var last = RegisterOutcome.refused("\(settings.host) does not answer")
        for place in places where !isEnding {
            switch await register(at: place, seconds: settings.seconds, within: Self.patience) {
            case .silent: continue
            // Another may be well (RFC 3263 §4.3).
            case .refused(let reason, let retry, false) where reason.hasPrefix("503"): last = .refused(reason, retry: retry)
            case let outcome: return outcome
            }
        }
        return last
    }

    private func unregister() async {
        guard let holder else { return }
        _ = await register(at: holder, seconds: 0, within: Self.lastPatience)
        self.holder = nil
    }
}

/// What became of one attempt to register.
enum RegisterOutcome {
    case granted(seconds: Int, at: PeerAddress)
    /// - `retry`: seconds after which the other side wants to be asked again.
    /// - `isHopeless`: whether somebody has to change something first.
    case refused(String, retry: Int? = nil, isHopeless: Bool = false)
    case silent
}
