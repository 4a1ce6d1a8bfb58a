import Voicemail

/// How the outbox is worked through.
public struct OutboxSettings: Sendable, Hashable {
    /// Targets that are told at once; those that take long beside them, as many.
    public var concurrency: Int
    /// Targets of one destination that are told at once.
    public var perDestination = 4
    /// Targets of one destination that are taken together and told one after the other, where that is quick: they share the commits.
    public var perPlace = 16
    /// An attempt that takes longer leaves its place to others.
    public var slowAfter = Duration.seconds(2)
    /// Attempts in a row without an answer after which a destination is left alone for a while.
    public var failuresBeforePause = 3
    /// The while: the first time, doubled each time that there is no answer after it, up to the longest.
    public var firstPause = Duration.seconds(5)
    public var longestPause = Duration.seconds(60)
    /// Deliveries of one target that are taken at a time.
    public var batch: Int
    /// Seconds after which others take over what a worker that is gone was telling.
    public var leaseSeconds: Int
    /// Between looks for due deliveries, and for events of which no bell has told.
    public var interval: Duration
    /// Between two turns of making deliveries of events, so that those who commit without a pause share the sync that a turn costs.
    public var gap = Duration.milliseconds(20)
    /// Between reports of how many deliveries wait.
    public var reportInterval: Duration

    public init(
        concurrency: Int = 16, batch: Int = 32, leaseSeconds: Int = 30, interval: Duration = .milliseconds(250),
        reportInterval: Duration = .seconds(5)
    ) {
        self.reportInterval = reportInterval
        self.concurrency = concurrency
        self.batch = batch
        self.leaseSeconds = leaseSeconds
        self.interval = interval
    }
}

/// What others may count of the outbox's work.
public struct OutboxInstruments: Sendable {
    public enum Result: String, Sendable, CaseIterable {
        case delivered, withdrawn, failed, dead
        /// Nothing was written down: another worker had taken it over, or it had been dropped.
        case lost
    }

    /// After each attempt: its channel, what became of the delivery, and the seconds it took.
    public var attempted: @Sendable (_ channel: String, _ result: Result, _ seconds: Double) -> Void
    /// Now and then: how many wait and how many were given up.
    public var totals: @Sendable (DeliveryTotals) -> Void
    /// As often: how many destinations are left alone because nobody answers there.
    public var resting: @Sendable (Int) -> Void

    public init(
        attempted: @escaping @Sendable (String, Result, Double) -> Void = { _, _, _ in },
        totals: @escaping @Sendable (DeliveryTotals) -> Void = { _ in }, resting: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.resting = resting
        self.attempted = attempted
        self.totals = totals
    }
}
