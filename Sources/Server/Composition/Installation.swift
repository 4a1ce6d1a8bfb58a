import Logging
import Voicemail

/// An open data directory: the store, the archive, the codec and the domain's operations over them. The server and the
/// command line work through one of these each, at the same time.
public final class Installation: Sendable {
    public let directory: DataDirectory
    public let configuration: Configuration
    public let store: any MaintainedStore
    public let archive: any MaintainedArchive
    public let codec: any AudioCodec
    public let service: VoicemailService
    /// For greetings by text to speech; nil where no synthesizer is installed, and for commands.
    public let synthesizer: (any SpeechSynthesizer)?
    public let logger: Logger
    /// What a shared database says of the key that secrets are sealed under.
    let keyMark: String
    let locks: DirectoryLocks
    private let teardown: Teardown

    init(
        configuration: Configuration, held: HeldDirectory, store: any MaintainedStore, archive: any MaintainedArchive, codec: any AudioCodec,
        service: VoicemailService, synthesizer: (any SpeechSynthesizer)?, logger: Logger, teardown: Teardown
    ) {
        directory = held.directory
        locks = held.locks
        keyMark = Database.sealingFingerprint(of: held.key)
        self.configuration = configuration
        self.store = store
        self.archive = archive
        self.codec = codec
        self.service = service
        self.synthesizer = synthesizer
        self.logger = logger
        self.teardown = teardown
    }

    /// Gives what the store, the archive and the allocator keep for the next request back to the system.
    public func releaseMemory() async throws {
        archive.releaseMemory()
        try await store.releaseMemory()
        ProcessMemory.trim()
        ProcessMemory.unmapCode()
    }

    /// Lets go of everything, once nothing uses it any more.
    public func close() async throws { try await teardown.run() }
}

extension Installation {
    /// What tests turn: an installation has no use for it.
    public struct Rig: Sendable {
        public var clock: any WallClock = SystemClock()
        /// scrypt's N.
        public var hashCost = 16_384
        /// How long a deposit waits to be measured that nobody has to play; nil for the codec's own.
        public var measuringMoment: Duration?
        /// How long an upload is decoded to measure it; nil for the codec's own.
        public var measuringLimit: Duration?
        /// How long measuring in the background may hold up what waits behind it; nil for the codec's own.
        public var shortLimit: Duration?
        /// What speaks; nil for the machine's own.
        public var synthesizer: (any SpeechSynthesizer)?

        public init() {}
    }

    /// Opens the directory named by the configuration. It must be closed before it is let go.
    /// - Parameter creating: whether a missing directory is made.
    /// - Throws: `DataDirectoryError`, `StoreOpenError`, `PostgresOpenError`, `StoreError`, `ArchiveError`,
    ///   `ArchiveOpenError`, `AudioError`.
    public static func open(
        _ configuration: Configuration, for use: DirectoryUse, creating: Bool, instruments: StorageInstruments? = nil, rig: Rig = Rig(),
        logger: Logger
    ) async throws -> Installation {
        try await InstallationOpening(
            configuration: configuration, use: use, creating: creating, instruments: instruments, rig: rig, logger: logger
        ).run()
    }

    /// Opens what an installation is to move to. A data directory that is not there yet is made, with the installation's key.
    /// - Throws: as `open`, and `MoveError` where the directory belongs to another installation.
    public static func open(_ configuration: Configuration, forMoveOf source: Installation, logger: Logger) async throws -> Installation {
        let key = try await blocking { try source.directory.readSecretKey() }
        return try await InstallationOpening(configuration: configuration, use: .moves, creating: true, key: key, logger: logger).run()
    }
}
