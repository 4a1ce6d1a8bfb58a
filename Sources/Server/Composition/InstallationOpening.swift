import Audio
import Foundation
import Logging
import NIOPosix
import Speech
import Voicemail

/// One opening of an installation: its parts one after the other, each over those before it.
struct InstallationOpening {
    let configuration: Configuration
    let use: DirectoryUse
    /// Whether a missing directory is made.
    let creating: Bool
    /// The one that the directory must have, and is given where it is made; nil for whichever it has, or a new one.
    var key: InstallationKey?
    var instruments: StorageInstruments?
    var rig = Installation.Rig()
    let logger: Logger

    /// What is open already is closed when a later part fails.
    /// - Throws: as `Installation.open`.
    func run() async throws -> Installation {
        var teardown = Teardown()
        do {
            return try await open(&teardown)
        } catch {
            do { try await teardown.run() } catch let second {
                logger.error("opening failed, and so did closing what was open", metadata: ["error": "\(second)"])
            }
            throw error
        }
    }

    private func open(_ teardown: inout Teardown) async throws -> Installation {
        let held = try await HeldDirectory.open(configuration.data, for: use, creating: creating, key: key)
        if let key, held.key != key {
            held.locks.release()
            throw MoveError.targetOtherKey(path: configuration.data)
        }
        teardown.add { held.locks.release() }
        let site = StorageSite(configuration: configuration, directory: held.directory, key: held.key, use: use, instruments: instruments)
        let database = try await blocking { try Database.open(at: site) }
        teardown.add { try await blocking { try database.close() } }
        let opened = try await OpenArchive.open(at: site, logger: logger)
        let archive = opened.archive
        teardown.add { await opened.close() }
        let cache = cacheDirectory(of: held.directory, &teardown)
        let codec = try await AudioEngine.start(audioConfiguration(cache: cache))
        teardown.add { try await codec.shutdown() }
        let hashes = NIOThreadPool(numberOfThreads: configuration.logins.hashesAtOnce)
        hashes.start()
        teardown.add { try await hashes.shutdownGracefully() }
        let service = VoicemailService(
            store: database.store, archive: archive, codec: codec, secrets: Secrets(key: held.key, pool: hashes, cost: rig.hashCost),
            clock: try await database.clock(rig.clock), limits: configuration.limits, logger: logger, observer: instruments?.observer ?? DomainObserver())
        return Installation(
            configuration: configuration, held: held, store: database.store, archive: archive, codec: codec, service: service,
            synthesizer: use == .server ? rig.synthesizer ?? speech(&teardown) : nil, logger: logger, teardown: teardown)
    }

    /// A command renders apart from the server, whose cache belongs to one process.
    private func cacheDirectory(of directory: DataDirectory, _ teardown: inout Teardown) -> String {
        if use == .server { return directory.cache }
        let path = FileManager.default.temporaryDirectory.path + "/aftertone-\(HexID.random())"
        teardown.add { try await blocking { try FileManager.default.removeItem(atPath: path) } }
        return path
    }

    /// One program at a time: it takes a moment, and nobody makes many greetings.
    private func speech(_ teardown: inout Teardown) -> (any SpeechSynthesizer)? {
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

    private func audioConfiguration(cache: String) -> AudioEngine.Configuration {
        var audio = AudioEngine.Configuration(
            cacheDirectory: cache, cacheByteLimit: configuration.audio.cacheBytes, conversionsAtOnce: configuration.audio.conversionsAtOnce,
            maxSeconds: configuration.audio.maximumSeconds, timeLimit: .seconds(configuration.audio.conversionSeconds))
        if let moment = rig.measuringMoment { audio.measuringMoment = moment }
        if let limit = rig.measuringLimit { audio.measuringLimit = limit }
        if let limit = rig.shortLimit { audio.shortLimit = limit }
        return audio
    }
}

/// A data directory that nobody else takes meanwhile.
struct HeldDirectory: Sendable {
    let directory: DataDirectory
    let locks: DirectoryLocks
    let key: InstallationKey

    static func open(_ path: String, for use: DirectoryUse, creating: Bool, key: InstallationKey?) async throws -> HeldDirectory {
        try await blocking {
            let directory = try DataDirectory.open(path, creating: creating, key: key)
            return HeldDirectory(directory: directory, locks: try DirectoryLocks.take(directory, for: use), key: try directory.readSecretKey())
        }
    }
}

/// Where the database and the archive of an installation are, and what for they are opened.
struct StorageSite: Sendable {
    let configuration: Configuration
    let directory: DataDirectory
    let key: InstallationKey
    let use: DirectoryUse
    var instruments: StorageInstruments?
}
