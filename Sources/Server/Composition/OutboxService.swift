import AsyncHTTPClient
import Delivery
import HTTPFront
import Logging
import NIOPosix
import ServiceLifecycle
import Threads
import Voicemail

/// Tells the world what has happened: the outbox's worker with the client it speaks through.
struct OutboxService: Service {
    let service: VoicemailService
    let hub: EventHub
    let settings: OutboxSettings
    let instruments: OutboxInstruments
    /// nil where no mail is sent.
    let mailServer: MailServer?
    let channels: @Sendable (any OutgoingHTTP, (any OutgoingMail)?) -> [any DeliveryChannel]
    let logger: Logger

    /// Names that are resolved at once; more wait.
    private static let resolversAtOnce = 4
    /// Conversations with the mail server at once.
    private static let mailersAtOnce = 4

    /// Works until a graceful shutdown, and lets the attempts in progress finish.
    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: HTTPPush.configuration)
        let resolvers = NIOThreadPool(numberOfThreads: Self.resolversAtOnce)
        resolvers.start()
        var teardown = Teardown()
        teardown.add { try await client.shutdown() }
        teardown.add { try await resolvers.shutdownGracefully() }
        let mailers = NIOThreadPool(numberOfThreads: Self.mailersAtOnce)
        if mailServer != nil {
            mailers.start()
            teardown.add { try await mailers.shutdownGracefully() }
        }
        let push = HTTPPush(client: client, pool: resolvers, product: "Aftertone/\(Version.number)")
        teardown.add { await push.close() }
        let worker = OutboxWorker(
            service: service, channels: channels(push, mailServer.map { SMTPMailer($0, pool: mailers) }), hub: hub, settings: settings,
            instruments: instruments, logger: logger)
        do {
            // The worker's reads run on these threads directly, without a change of thread for each.
            try await withTaskExecutorPreference(WorkerThreads.shared) { try await worker.run() }
        } catch {
            try await teardown.run()
            throw error
        }
        try await teardown.run()
    }
}

extension OutboxInstruments {
    /// What `/metrics` shows of the outbox.
    init(_ registry: MetricsRegistry) {
        let seconds = registry.histogram("aftertone_delivery_seconds", help: "Time one attempt of a delivery takes.")
        let pending = registry.gauge("aftertone_deliveries", help: "Deliveries in the outbox.", labels: [("state", "pending")])
        let dead = registry.gauge("aftertone_deliveries", help: "Deliveries in the outbox.", labels: [("state", "dead")])
        let quiet = registry.gauge("aftertone_destinations_resting", help: "Destinations that are left alone because nobody answers there.")
        self.init { channel, result, elapsed in
            registry.counter(
                "aftertone_delivery_attempts_total", help: "Attempts of deliveries, by what became of them.",
                labels: [("channel", channel), ("result", result.rawValue)]
            ).add()
            seconds.observe(elapsed)
        } totals: { totals in
            pending.set(totals.pending)
            dead.set(totals.dead)
        } resting: {
            quiet.set($0)
        }
    }
}
