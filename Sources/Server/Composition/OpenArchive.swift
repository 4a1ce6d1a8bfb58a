import FileArchive
import Logging
import S3Archive
import Voicemail

/// The archive that a configuration names: a directory, or a bucket that several processes share.
struct OpenArchive: Sendable {
    let archive: any MaintainedArchive
    let close: @Sendable () async -> Void

    /// - Throws: `ArchiveError`, `ArchiveOpenError`.
    static func open(
        _ configuration: Configuration, in directory: DataDirectory, key: InstallationKey, for use: DirectoryUse, _ instruments: StorageInstruments?,
        logger: Logger
    ) async throws -> OpenArchive {
        if let options = configuration.archive.s3 {
            let archive: S3Archive
            do {
                archive = try await S3Archive.open(
                    options, scratch: directory.scratch, key: Database.fingerprint(of: key), logger: logger, onStored: instruments?.blobSynced)
            } catch let error as S3OpenError {
                throw ArchiveOpenError(options, error)
            }
            return OpenArchive(archive: archive) { await archive.close() }
        }
        let archive = try await FileArchive(settings(configuration, directory, use, instruments), logger: logger)
        return OpenArchive(archive: archive) { await archive.close() }
    }

    private static func settings(
        _ configuration: Configuration, _ directory: DataDirectory, _ use: DirectoryUse, _ instruments: StorageInstruments?
    ) -> FileArchive.Configuration {
        var archive = FileArchive.Configuration(directory: configuration.archive.directory ?? directory.blobs)
        archive.reserveBytes = configuration.archive.reserveBytes
        archive.quotaBytes = configuration.archive.quotaBytes
        // A command stores one file, if any.
        archive.preparedFiles = use == .server ? configuration.archive.preparedFiles : 0
        let isBusy = use == .server || use == .moves
        archive.writeThreads = isBusy ? configuration.archive.writeThreads : 1
        archive.readThreads = isBusy ? configuration.archive.readThreads : 2
        archive.onSync = instruments?.blobSynced
        return archive
    }
}

/// A bucket that will not do, with where it is.
struct ArchiveOpenError: Error, CustomStringConvertible {
    let description: String

    init(_ options: S3Options, _ error: S3OpenError) { description = "bucket \(options.bucket) at \(options.endpoint): \(error)" }
}
