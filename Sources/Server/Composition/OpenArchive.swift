import FileArchive
import Logging
import S3Archive
import Voicemail

/// The archive that a configuration names: a directory, or a bucket that several processes share.
struct OpenArchive: Sendable {
    let archive: any MaintainedArchive
    let close: @Sendable () async -> Void

    /// - Throws: `ArchiveError`, `ArchiveOpenError`.
    static func open(at site: StorageSite, logger: Logger) async throws -> OpenArchive {
        if let options = site.configuration.archive.s3 {
            let archive: S3Archive
            do {
                archive = try await S3Archive.open(
                    options, scratch: site.directory.scratch, key: Database.fingerprint(of: site.key), logger: logger,
                    onStored: site.instruments?.blobSynced)
            } catch let error as S3OpenError {
                throw ArchiveOpenError(options, error)
            }
            return OpenArchive(archive: archive) { await archive.close() }
        }
        let archive = try await FileArchive(settings(site), logger: logger)
        return OpenArchive(archive: archive) { await archive.close() }
    }

    private static func settings(_ site: StorageSite) -> FileArchive.Configuration {
        let wanted = site.configuration.archive, use = site.use
        var archive = FileArchive.Configuration(directory: wanted.directory ?? site.directory.blobs)
        archive.reserveBytes = wanted.reserveBytes
        archive.quotaBytes = wanted.quotaBytes
        // A command stores one file, if any.
        archive.preparedFiles = use == .server ? wanted.preparedFiles : 0
        let isBusy = use == .server || use == .moves
        archive.writeThreads = isBusy ? wanted.writeThreads : 1
        archive.readThreads = isBusy ? wanted.readThreads : 2
        archive.onSync = site.instruments?.blobSynced
        return archive
    }
}

/// A bucket that will not do, with where it is.
struct ArchiveOpenError: Error, CustomStringConvertible {
    let description: String

    init(_ options: S3Options, _ error: S3OpenError) { description = "bucket \(options.bucket) at \(options.endpoint): \(error)" }
}
