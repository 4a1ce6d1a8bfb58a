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
    private let logger: Logger

    /// - Parameters:
    ///   - unavailability: why the server is not ready for calls; nil when it is.
    ///   - onListening: told of each address once calls are taken there.
    public init(
        service: VoicemailService, settings: TelephoneSettings, destinations: any Destinations, voices: any Voices,
        instruments: CallInstruments = CallInstruments(), unavailability: @escaping @Sendable () async -> String? = { nil }, logger: Logger,
        onListening: @escaping @Sendable (PeerAddress) async -> Void = { _ in }
    ) {
        self.service = service
        self.settings = settings
        self.destinations = destinations
        self.voices = voices
        self.instruments = instruments
        self.unavailability = unavailability
        self.logger = logger
        self.onListening = onListening
    }

    /// Takes calls until a graceful shutdown; those under way have the time to end that the settings give them. What was said by then is kept.
    public func run() async throws {
        let directory = settings.captures, synced = instruments.synced
        let captures = try await NIOThreadPool.singleton.runIfActive { try CaptureRoom(directory, synced: synced) }
        do {
            await Leftovers(service: service, captures: captures, logger: logger).finish()
            try await takeCalls(captures)
        } catch {
            try await captures.close()
            throw error
        }
        try await captures.close()
    }

    private func takeCalls(_ captures: CaptureRoom) async throws {
        let endpoint = try await SIPEndpoint.open(settings.sip)
        await onListening(await endpoint.address)
        let reception = CallReception(
            service: service, destinations: destinations, voices: voices, captures: captures, instruments: instruments, logger: logger)
        // Goes on until this returns.
        async let _ = watch(endpoint)
        async let calls: Void = withDiscardingTaskGroup { group in
            for await call in endpoint.calls { group.addTask { await reception.take(call) } }
        }
        do { try await gracefulShutdown() } catch is CancellationError {}
        await endpoint.drain()
        await endpoint.waitUntilIdle(within: settings.drain)
        await endpoint.close()
        await calls
    }

    /// No calls while messages cannot be stored, and who asks hears so.
    private func watch(_ endpoint: SIPEndpoint) async {
        while !Task.isCancelled {
            let reason = await unavailability()
            await endpoint.setReady(reason == nil)
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }
}

/// How calls are taken.
public struct TelephoneSettings: Sendable {
    public var sip: SIPSettings
    /// The directory of recordings that are not messages yet.
    public var captures: String
    /// How long calls under way may go on once the server is to stop.
    public var drain = Duration.seconds(30)

    public init(sip: SIPSettings, captures: String) {
        self.sip = sip
        self.captures = captures
    }
}

/// What is counted.
public struct CallInstruments: Sendable {
    /// A call has ended: what became of it, how long it was, the packets that were lost and late, the prompts that were begun.
    public var ended: @Sendable (CallOutcome, Double, Int, Int, Int) -> Void
    /// From the request to the answer, in seconds.
    public var answered: @Sendable (Double) -> Void
    /// All open recordings were synced, in so many seconds.
    public var synced: @Sendable (Double) -> Void

    public init(
        ended: @escaping @Sendable (CallOutcome, Double, Int, Int, Int) -> Void = { _, _, _, _, _ in }, answered: @escaping @Sendable (Double) -> Void = { _ in },
        synced: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        self.ended = ended
        self.answered = answered
        self.synced = synced
    }
}
