import HTTPFront
import UnixSignals
import Web

/// What the program around a server gives to it; each has what holds without.
public struct ServerSurroundings: Sendable {
    /// What `/metrics` shows.
    public var registry = MetricsRegistry()
    /// Where requests are accepted; nil for where the configuration says.
    public var listeners: [Listener]?
    /// Signals that end the server in order.
    public var stopSignals: [UnixSignal] = []
    /// Signals that have certificates read anew.
    public var reloadSignals: [UnixSignal] = []
    /// Called when such a signal has come, for what else is to be read anew.
    public var onReload: @Sendable () async -> Void = {}
    /// Descriptors that are given up when there are no others; best taken at the very start.
    public var spare = SpareDescriptors(0)
    /// The service manager that started the server and hears how it is.
    public var manager: ServiceManager?
    /// What opens the set-up page, where nobody could log in yet; made before anything is listened on.
    public var setup = SetupCode()
    /// The last troubles of the log, where that keeps them.
    public var tail: LogTail?
    /// Seconds of a clock that never goes back, for rate limits.
    public var uptime: @Sendable () -> Double = { Uptime.seconds }
    /// Called once calls are taken, with where.
    public var onCalls: @Sendable (CallAddress) async -> Void = { _ in }

    public init() {}
}
