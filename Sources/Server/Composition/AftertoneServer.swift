import Delivery
import HTTPFront
import KazooAPI
import Logging
import PostgresStore
import Prompts
import RecordingIntake
import SIP
import ServiceLifecycle
import Telephone
import UnixSignals
import Voicemail
import Web

/// The whole server on an installation: the composition root.
public struct AftertoneServer: Sendable {
    public let group: ServiceGroup
    private let installation: Installation
    private let setup: SetupCode
    /// nil where nobody else can be on the store.
    private let presence: Presence?

    /// - Parameter onListening: called once for each address when requests are accepted there.
    public init(
        _ installation: Installation, in surroundings: ServerSurroundings = ServerSurroundings(),
        onListening: @escaping @Sendable (Front.Bound) async -> Void
    ) {
        self.installation = installation
        setup = surroundings.setup
        let configuration = installation.configuration
        let logger = installation.logger, listeners = surroundings.listeners ?? configuration.http.listeners
        let registry = surroundings.registry, manager = surroundings.manager, tail = surroundings.tail
        registry.sampleProcess()
        let counter = RecordingCounter(registry), hub = EventHub(), logins = LoginLedger.Observer(registry)
        let processes = LiveProcesses(installation.service)
        let dialects = Dialects(
            service: installation.service, configuration: configuration,
            logins: LoginLedger(installation.service, rules: configuration.logins.rules, observer: logins),
            processes: processes, uptime: surroundings.uptime, recordingCounter: counter, hub: hub, setup: surroundings.setup,
            glance: { try await ServerGlance.look(at: installation, tail) },
            synthesizer: installation.synthesizer)
        let front = Front(
            listeners: listeners, dialects: dialects.all,
            limits: configuration.frontLimits(listeners: listeners.count, files: OpenFiles.limit, logger),
            deadlines: configuration.http.deadlines, metrics: registry, readiness: Self.readiness(of: installation.service),
            documents: Descriptions.routes, trustedProxies: configuration.http.trustedProxies, spare: surroundings.spare,
            logger: logger,
            onListening: { bound in
                manager?.listening(on: ListenAddress(host: bound.listener.host, port: bound.port, isSecure: bound.listener.tls != nil))
                await onListening(bound)
            })
        let housekeeping = HousekeepingRounds(
            service: installation.service, archive: installation.archive, interval: .seconds(configuration.housekeeping.intervalSeconds),
            instruments: HousekeepingInstruments(registry), logger: logger)
        let outbox = OutboxService(
            service: installation.service, hub: hub, settings: configuration.outbox.settings, instruments: OutboxInstruments(registry),
            mailServer: configuration.mail,
            channels: { [channels = Channels(service: installation.service, configuration: configuration)] in
                channels.all(over: $0, mail: $1)
            }, logger: logger)
        let idleMemory = IdleMemory(
            settled: .seconds(1), quiet: .seconds(5), activity: { front.requestCount }, release: { try await installation.releaseMemory() }, logger: logger)
        let recordings = DirectoryIntake(
            service: installation.service, directories: configuration.recordings.watched, settings: configuration.recordings.watch, counter: counter,
            logger: logger)
        // Stopped from the last to the first: what serves goes before what it needs.
        var services: [any Service] = [
            housekeeping, GarbageSweeper(service: installation.service), LateMeasuring(service: installation.service, logger: logger), idleMemory,
        ]
        services.append(EventFeed(outbox: installation.service.outbox, hub: hub, interval: configuration.outbox.settings.interval, logger: logger))
        if configuration.outbox.isOn { services.append(outbox) }
        let presence =
            configuration.postgres == nil
            ? nil
            : Presence(
                processes: processes, clock: installation.service.clock as? DatabaseClock, store: installation.store, keyMark: installation.keyMark,
                logger: logger)
        if let presence { services.append(presence) }
        self.presence = presence
        services += [
            recordings, CertificateReload(front: front, signals: surroundings.reloadSignals, reread: surroundings.onReload), front,
        ]
        services += Self.callServices(installation, surroundings, logins)
        if let manager { services.append(Watchdog(manager: manager, logger: logger)) }
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                gracefulShutdownSignals: surroundings.stopSignals, logger: logger))
    }

    /// What takes calls, where calls are taken. Calls are counted in any case.
    private static func callServices(_ installation: Installation, _ surroundings: ServerSurroundings, _ logins: LoginLedger.Observer) -> [any Service] {
        let configuration = installation.configuration, logger = installation.logger
        let manager = surroundings.manager, onCalls = surroundings.onCalls
        let instruments = CallInstruments(surroundings.registry, registrations: configuration.telephone.registrations.map(\.settings.name), logins: logins)
        guard let settings = configuration.telephone.settings(captures: installation.directory.captures) else { return [] }
        let checks = readiness(of: installation.service)
        let prompts = configuration.prompts
        return [
            PromptCheck(
                voices: PromptVoices(prompts, service: installation.service, synthesizer: installation.synthesizer), languages: prompts.languages,
                logger: logger),
            Telephone(
                service: installation.service, settings: settings,
                destinations: WhichBox(configuration.whichBox, plan: configuration.limits.numbers, directory: installation.service),
                voices: PromptVoices(prompts, service: installation.service, synthesizer: installation.synthesizer), instruments: instruments,
                unavailability: { await unavailability(checks) }, logger: logger,
                onListening: { address in
                    manager?.listening(on: nil)
                    await onCalls(CallAddress(host: address.host, port: Int(address.port)))
                },
                onListeningOverTLS: { address in
                    manager?.listening(on: nil)
                    await onCalls(CallAddress(host: address.host, port: Int(address.port), isSecure: true))
                }),
        ]
    }

    /// Serves until a graceful shutdown, from a signal or of `group`. The installation stays open.
    /// - Throws: when an address cannot be listened on.
    public func run() async throws {
        try await clearUp()
        try await presence?.begin()
        try await offerSetup()
        try await group.run()
    }

    /// Lets a server that nobody could log in to be set up on its page.
    private func offerSetup() async throws {
        guard installation.configuration.web.isOn else { return }
        let isEmpty = try await installation.service.accounts.list(below: nil, ListingRange(limit: 1)) { $0.id }.items.isEmpty
        if isEmpty { setup.make() }
    }

    /// Before anything is accepted: removes what a crash left half-made.
    private func clearUp() async throws {
        // A bucket is asked a page at a time, and others may use it: housekeeping looks through it.
        if installation.configuration.archive.s3 != nil { return }
        let count = try await installation.service.housekeeping.removeOrphans()
        if count > 0 { installation.logger.notice("audio that no message names was removed", metadata: ["count": "\(count)"]) }
    }

    /// Why the server is not ready; nil when it is.
    private static func unavailability(_ checks: [ReadinessCheck]) async -> String? {
        for check in checks {
            if let reason = await check.unavailability() { return reason }
        }
        return nil
    }

    private static func readiness(of service: VoicemailService) -> [ReadinessCheck] {
        [
            ReadinessCheck("store") { await service.store.unavailability() },
            ReadinessCheck("archive") { await service.archive.unavailability() },
        ]
    }
}

/// The time since the machine started.
public enum Uptime {
    private static let clock = ContinuousClock()
    private static let start = clock.now

    /// Seconds since the first call.
    public static var seconds: Double {
        let elapsed = clock.now - start
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }
}
