import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Voicemail

/// An `AudioArchive` in a bucket of an S3 service, which several processes may share.
///
/// A blob is an object under a random name, written once and never changed, so a request can be sent again without a thought, and what an
/// answer that was lost has left is found out by asking. Its checksums go with it: the service compares SHA-256 and MD5 with what came, and
/// what it says it stored is compared again; where it says nothing that could be, it is asked. Nothing depends on conditional writes, which not every service has.
///
/// A crash between the bucket and the row leaves an orphan, which its age betrays: `list` shows a blob as soon as it is finished.
public final class S3Archive: MaintainedArchive {
    public let options: S3Options
    /// What tells the installation from others; nil where it does not matter whose the bucket is.
    let owner: String?
    let client: S3Client
    let copies: LocalCopies
    let cleaner: Cleaner
    let openBlobs = OpenBlobs()
    let logger: Logger
    let readiness: Readiness
    /// Nothing else waits on these.
    private let pool: NIOThreadPool
    private let directory: String
    private let onStored: (@Sendable (_ seconds: Double, _ size: Int) -> Void)?
    let lastSweep = Mutex<ContinuousClock.Instant?>(nil)

    private static let threads = 4

    /// Opens a bucket, and makes sure that it is this installation's.
    /// - Parameters:
    ///   - directory: of the local disk, for what is on its way and copies for decoders.
    ///   - key: what tells the installation's key from others without telling it. The first who opens a bucket settles it.
    ///   - onStored: told of every blob how many seconds the bucket took, and its bytes; it must be quick.
    /// - Throws: `S3OpenError`.
    public static func open(
        _ options: S3Options, scratch directory: String, key: String?, logger: Logger, onStored: (@Sendable (_ seconds: Double, _ size: Int) -> Void)? = nil
    ) async throws -> S3Archive {
        let archive: S3Archive
        do {
            archive = try S3Archive(options, scratch: directory, owner: key, logger: logger, onStored: onStored)
        } catch {
            throw S3OpenError.unusable("\(S3Trouble(error))")
        }
        do {
            if let key { try await archive.agree(on: key) }
            return archive
        } catch {
            await archive.close()
            throw (error as? S3Trouble).map { S3OpenError.unusable($0.description) } ?? error
        }
    }

    private init(
        _ options: S3Options, scratch directory: String, owner: String?, logger: Logger, onStored: (@Sendable (_ seconds: Double, _ size: Int) -> Void)?
    ) throws {
        self.options = options
        self.owner = owner
        self.directory = directory
        self.logger = logger
        self.onStored = onStored
        pool = NIOThreadPool(numberOfThreads: Self.threads)
        client = try S3Client(options, pool: pool, logger: logger)
        pool.start()
        cleaner = Cleaner(client, logger: logger)
        copies = LocalCopies(limit: options.cacheBytes)
        let headers = S3Archive.storingHeaders(options)
        readiness = Readiness(client, probe: S3Request(method: .PUT, key: options.prefix + "aftertone-probe", headers: headers))
    }

    /// Lets go of everything, once nothing uses it any more.
    public func close() async {
        await copies.close()
        await cleaner.close()
        await client.close()
        do { try await pool.shutdownGracefully() } catch { logger.error("the archive did not close in order", metadata: ["error": "\(error)"]) }
    }

    public func releaseMemory() { copies.clear() }

    public var hidesUntilLetGo: Bool { false }

    public func begin(limit: Int) async throws -> any BlobWriter { S3Writer(archive: self, limit: limit, as: nil) }

    public func begin(limit: Int, as id: BlobID) async throws -> any BlobWriter { S3Writer(archive: self, limit: limit, as: id) }

    /// One request opens a blob and reads its beginning.
    public func open(_ id: BlobID) async throws -> any BlobReader {
        // Before it is asked for, so that nobody of this process removes it between.
        guard openBlobs.open(id) else { throw ArchiveError.missing(id) }
        do {
            let (beginning, size) = try await beginning(of: id)
            if beginning.readableBytes == size { release(id) }
            return S3Reader(id, size: size, beginning: beginning, archive: self)
        } catch {
            release(id)
            throw Self.wording(error, of: id)
        }
    }

    public func written(_ id: BlobID) async throws -> Timestamp? {
        do {
            return openBlobs.isRemoved(id) ? nil : try await facts(of: key(id)).written
        } catch let trouble as S3Trouble where trouble.isMissing {
            return nil
        } catch {
            throw Self.wording(error, of: id)
        }
    }

    public func remove(_ id: BlobID) async throws {
        copies.forget(id)
        guard openBlobs.remove(id) else { return }
        do {
            _ = try await client.send(S3Request(method: .DELETE, key: key(id)))
        } catch let trouble as S3Trouble where trouble.isMissing {
        } catch {
            throw Self.wording(error, of: id)
        }
    }

    public func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws {
        var next: String?
        repeat {
            let page: S3Listing
            do { page = try await listing(after: next, limit: 1000) } catch { throw Self.wording(error) }
            for object in page.objects ?? [] {
                guard let id = id(ofKey: object.key), !openBlobs.isRemoved(id) else { continue }
                try await visit(id, object.size)
            }
            guard page.isTruncated else { return }
            guard let following = page.next, following != next else { throw Self.wording(S3Trouble.strange("a listing that does not go on")) }
            next = following
        } while true
    }

    public func unavailability() async -> String? { await readiness.reason() }
}

extension S3Archive {
    func key(_ id: BlobID) -> String { options.prefix + id.hex }

    func id(ofKey key: String) -> BlobID? { key.hasPrefix(options.prefix) ? BlobID(String(key.dropFirst(options.prefix.count))) : nil }

    /// Bytes of each part but the last: S3 takes ten thousand of them.
    func partBytes(limit: Int) -> Int { max(options.partBytes, limit / 10_000 + 1) }

    func scratch() async throws -> ScratchFile { try await ScratchFile.make(in: directory, pool: pool) }

    func stored(_ size: Int, since start: ContinuousClock.Instant) {
        let elapsed = (ContinuousClock.now - start).components
        onStored?(Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18, size)
    }

    private func release(_ id: BlobID) {
        if openBlobs.close(id) { cleaner.add(.remove(key: key(id))) }
    }

    static func wording(_ error: any Error, of id: BlobID? = nil) -> any Error {
        guard let trouble = error as? S3Trouble else { return error }
        if let id, trouble.isMissing { return ArchiveError.missing(id) }
        return trouble.archiveError
    }
}
