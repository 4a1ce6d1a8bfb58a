import Audio
import Foundation
import Logging
import NIOPosix
import Speech
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

    private init(
        _ configuration: Configuration, _ base: Base, store: any MaintainedStore, archive: any MaintainedArchive, codec: any AudioCodec,
        service: VoicemailService,
        synthesizer: (any SpeechSynthesizer)?, logger: Logger, teardown: Teardown
    ) {
        directory = base.directory
        locks = base.locks
        keyMark = Database.sealingFingerprint(of: base.key)
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
        try await open(configuration, for: use, creating: creating, key: nil, instruments, rig, logger)
    }

    /// Opens what an installation is to move to. A data directory that is not there yet is made, with the installation's key.
    /// - Throws: as `open`, and `MoveError` where the directory belongs to another installation.
    public static func open(_ configuration: Configuration, forMoveOf source: Installation, logger: Logger) async throws -> Installation {
        let key = try await blocking { try source.directory.readSecretKey() }
        return try await open(configuration, for: .moves, creating: true, key: key, nil, Rig(), logger)
    }

    private static func open(
        _ configuration: Configuration, for use: DirectoryUse, creating: Bool, key: InstallationKey?, _ instruments: StorageInstruments?, _ rig: Rig,
        _ logger: Logger
    ) async throws -> Installation {
        var teardown = Teardown()
        do {
            return try await open(configuration, for: use, creating: creating, key: key, instruments, rig, logger, &teardown)
        } catch {
            do { try await teardown.run() } catch let second {
                logger.error("opening failed, and so did closing what was open", metadata: ["error": "\(second)"])
            }
            throw error
        }
    }

    private static func open(
        _ configuration: Configuration, for use: DirectoryUse, creating: Bool, key: InstallationKey?, _ instruments: StorageInstruments?, _ rig: Rig,
        _ logger: Logger, _ teardown: inout Teardown
    ) async throws -> Installation {
        let base = try await Base.open(configuration.data, for: use, creating: creating, key: key)
        if let key, base.key != key {
            base.locks.release()
            throw MoveError.targetOtherKey(path: configuration.data)
        }
        teardown.add { base.locks.release() }
        let database = try await blocking { try Database.open(configuration, in: base.directory, key: base.key, for: use, instruments) }
        teardown.add { try await blocking { try database.close() } }
        let opened = try await OpenArchive.open(configuration, in: base.directory, key: base.key, for: use, instruments, logger: logger)
        let archive = opened.archive
        teardown.add { await opened.close() }
        let cache = try await cacheDirectory(base.directory, use, &teardown)
        let codec = try await AudioEngine.start(audioConfiguration(configuration, rig, cache: cache))
        teardown.add { try await codec.shutdown() }
        let hashes = NIOThreadPool(numberOfThreads: configuration.logins.hashesAtOnce)
        hashes.start()
        teardown.add { try await hashes.shutdownGracefully() }
        let service = VoicemailService(
            store: database.store, archive: archive, codec: codec, secrets: Secrets(key: base.key, pool: hashes, cost: rig.hashCost),
            clock: try await database.clock(rig.clock), limits: configuration.limits, logger: logger, observer: instruments?.observer ?? DomainObserver())
        return Installation(
            configuration, base, store: database.store, archive: archive, codec: codec, service: service,
            synthesizer: use == .server ? rig.synthesizer ?? speech(&teardown, logger) : nil, logger: logger, teardown: teardown)
    }

    /// A command renders apart from the server, whose cache belongs to one process.
    private static func cacheDirectory(_ directory: DataDirectory, _ use: DirectoryUse, _ teardown: inout Teardown) async throws -> String {
        if use == .server { return directory.cache }
        let path = FileManager.default.temporaryDirectory.path + "/aftertone-\(HexID.random())"
        teardown.add { try await blocking { try FileManager.default.removeItem(atPath: path) } }
        return path
    }

    /// One program at a time: it takes a moment, and nobody makes many greetings.
    private static func speech(_ teardown: inout Teardown, _ logger: Logger) -> (any SpeechSynthesizer)? {
        let pool = NIOThreadPool(numberOfThreads: 1)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        guard let synthesizer = EspeakSynthesizer(searchPath: path, pool: pool) else {
            logger.notice("espeak-ng is not installed, so texts cannot be made greetings", metadata: ["path": "\(path)"])
            return nil
        }
        pool.start()
        teardown.add { try await pool.shutdownGracefully() }
        return synthesizer
    }

    private static func audioConfiguration(_ configuration: Configuration, _ rig: Rig, cache: String) -> AudioEngine.Configuration {
        var audio = AudioEngine.Configuration(
            cacheDirectory: cache, cacheByteLimit: configuration.audio.cacheBytes, conversionsAtOnce: configuration.audio.conversionsAtOnce,
            maxSeconds: configuration.audio.maximumSeconds, timeLimit: .seconds(configuration.audio.conversionSeconds))
        if let moment = rig.measuringMoment { audio.measuringMoment = moment }
        if let limit = rig.measuringLimit { audio.measuringLimit = limit }
        if let limit = rig.shortLimit { audio.shortLimit = limit }
        return audio
    }
}

/// The directory itself, held.
private struct Base: Sendable {
    let directory: DataDirectory
    let locks: DirectoryLocks
    let key: InstallationKey

    static func open(_ path: String, for use: DirectoryUse, creating: Bool, key: InstallationKey?) async throws -> Base {
        try await blocking {
            let directory = try DataDirectory.open(path, creating: creating, key: key)
            return Base(directory: directory, locks: try DirectoryLocks.take(directory, for: use), key: try directory.readSecretKey())
        }
    }
}
