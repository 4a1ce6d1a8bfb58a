import Logging
import NIOPosix
import SIP
import ServiceLifecycle
import Voicemail

/// Takes calls and makes messages of them, until the server stops.
public struct Telephone: Service {
    private let service: VoicemailService
    private let settings: TelephoneSettings
    private let destinations: any Destinations
    private let voices: any Voices
    private let instruments: CallInstruments
    private let unavailability: @Sendable () async -> String?
    private let onListening: @Sendable (PeerAddress) async -> Void
    private let onListeningOverTLS: @Sendable (PeerAddress) async -> Void
    private let logger: Logger

    /// What it is called among the interfaces where logins fail.
    public static let loginInterface = "sip"

    /// - Parameters:
    ///   - unavailability: why the server is not ready for calls; nil when it is.
    ///   - onListening: told of the address once calls are taken there.
    ///   - onListeningOverTLS: likewise.
    public init(
        service: VoicemailService, settings: TelephoneSettings, destinations: any Destinations, voices: any Voices,
        instruments: CallInstruments = CallInstruments(), unavailability: @escaping @Sendable () async -> String? = { nil }, logger: Logger,
        onListening: @escaping @Sendable (PeerAddress) async -> Void = { _ in },
        onListeningOverTLS: @escaping @Sendable (PeerAddress) async -> Void = { _ in }
    ) {
        self.service = service
        self.settings = settings
        self.destinations = destinations
        self.voices = voices
        self.instruments = instruments
        self.unavailability = unavailability
        self.logger = logger
        self.onListening = onListening
        self.onListeningOverTLS = onListeningOverTLS
    }

    /// Takes calls until a graceful shutdown; those under way have the time to end that the settings give them. What was said by then is kept.
    public func run() async throws {
        let directory = settings.captures, synced = instruments.synced
        let captures = try await NIOThreadPool.singleton.runIfActive { try CaptureRoom(directory, synced: synced) }
        do {
            let leftovers = Leftovers(service: service, captures: captures, master: settings.master, logger: logger)
            await leftovers.finish()
            try await takeCalls(captures, leftovers)
        } catch {
            try await captures.close()
            throw error
        }
        try await captures.close()
    }

    private func takeCalls(_ captures: CaptureRoom, _ leftovers: Leftovers) async throws {
        let identity = try await settings.files.readIdentity()
        let registered = try await settings.files.readPasswords(of: settings.registrations)
        let endpoint = try await SIPEndpoint.open(try await sipSettings(identity))
        let names = TelephoneNames(servers: settings.nameServers)
        let registrations = await Registrations(
            registered, endpoint, names: names, clock: settings.clock, instruments: instruments, logger: logger)
        await onListening(await endpoint.address)
        if let address = await endpoint.tlsAddress { await onListeningOverTLS(address) }
        let reception = CallReception(
            service: service, destinations: destinations, voices: voices, captures: captures, master: settings.master, instruments: instruments,
            operators: settings.operators, logger: logger)
        // These go on until this returns.
        async let _ = watch(endpoint, IdentityWatch(settings.files, now: identity, logger: logger), leftovers)
        async let _ = leftovers.keepFinishing(by: settings.clock)
        async let calls: Void = withDiscardingTaskGroup { group in
            for await call in endpoint.calls { group.addTask { await reception.take(call) } }
        }
        // Likewise.
        async let _ = NamedPeers(settings.trustedNames, endpoint, names: names, clock: settings.clock, logger: logger).run()
        async let registering: Void = registrations.run()
        do { try await gracefulShutdown() } catch is CancellationError {}
        await endpoint.drain()
        // Before the last calls are over: others are to find us elsewhere from now on.
        await registrations.end()
        await registering
        await endpoint.waitUntilIdle(within: settings.drain)
        await endpoint.close()
        await calls
    }

    private func sipSettings(_ identity: TLSIdentity?) async throws -> SIPSettings {
        var sip = settings.sip
        if let tls = settings.files.tls, let identity { sip.tls = TLSListener(address: tls.address, identity: identity) }
        sip.logins.passwords = try await settings.files.readPasswords()
        sip.stepped = instruments.stepped
        sip.trace = MessageTrace(isOn: { [logger] in logger.logLevel <= .trace }) { [logger] message in
            logger.trace(
                message.isSent ? "a message was sent" : "a message has come",
                metadata: ["transport": "\(message.transport)", "peer": "\(message.peer)", "sip": "\(message.text)"])
        }
        sip.report = { [logger, instruments] in Self.tell($0, instruments, logger) }
        return sip
    }

    private static func tell(_ event: SIPEvent, _ instruments: CallInstruments, _ logger: Logger) {
        switch event {
        case .wrongPassword(let name, let source, let isLocked):
            instruments.loginFailed(isLocked)
            // The same line as of other interfaces, for programs that keep addresses out: without what the peer calls itself.
            logger.notice("a login failed", metadata: ["interface": "\(loginInterface)", "source": "\(source.host)"])
            logger.warning(
                isLocked
                    ? "too many wrong passwords of a telephone peer: nothing from there is answered for a while" : "a telephone peer showed a wrong password",
                metadata: ["peer": "\(source)", "name": "\(name.prefix(64))"])
        case .nameLocked(let name):
            logger.warning(
                "too many wrong passwords for a telephone peer: it is let in from no address that has not shown the right one lately, for a while",
                metadata: ["name": "\(name)"])
        case .unsent(let status, let target, let code):
            logger.warning("an answer to a telephone peer could not be sent", metadata: ["peer": "\(target)", "status": "\(status)", "error": "\(code)"])
        }
    }

    /// No calls while messages cannot be stored, and who asks hears so.
    private func watch(_ endpoint: SIPEndpoint, _ identity: IdentityWatch, _ leftovers: Leftovers) async {
        var identity = identity, wasReady = true
        while !Task.isCancelled {
            await identity.look(endpoint)
            let reason = await unavailability()
            await endpoint.setReady(reason == nil)
            if reason == nil, !wasReady { leftovers.lookAgain() }
            wasReady = reason == nil
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }
}
