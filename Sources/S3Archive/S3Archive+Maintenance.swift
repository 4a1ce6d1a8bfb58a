import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Voicemail

extension S3Archive {
    /// Tries what a server needs: lists, stores, reads and removes. Nothing is left of it.
    /// - Returns: what is wrong, in words; nil when all is well.
    public static func trouble(with options: S3Options, scratch directory: String, key: String?, logger: Logger) async -> String? {
        let archive: S3Archive
        do {
            archive = try await open(options, scratch: directory, key: nil, logger: logger)
        } catch {
            return "\(error)"
        }
        let trouble = await archive.trouble(key)
        await archive.close()
        return trouble
    }

    private func trouble(_ key: String?) async -> String? {
        var step = "listing"
        do {
            _ = try await listing(limit: 1)
            if let key { _ = try await isOwned(by: key) }
            step = "storing"
            let id = BlobID(), body = S3Body(Array("Aftertone was here".utf8))
            try await put(body, sha256: body.sha256, as: id)
            step = "reading"
            let (bytes, _) = try await beginning(of: id)
            guard bytes == ByteBuffer(string: "Aftertone was here") else { return "reading gives other bytes than were stored" }
            step = "removing"
            try await remove(id)
            return nil
        } catch let error as S3OpenError {
            return "\(error)"
        } catch {
            return "\(step) fails: \((Self.wording(error) as? ArchiveError).map(Self.words) ?? "\(error)")"
        }
    }

    private static func words(_ error: ArchiveError) -> String {
        if case .failed(let reason) = error { reason } else { "\(error)" }
    }

    /// Looks whose the bucket is, so that an installation which took it at the same time as another one is told soon. Aborts uploads that nobody
    /// completed, once a day: the parts of a process that died cost as much as blobs do.
    /// - Throws: `ArchiveError`.
    public func recount() async throws {
        try await confirmOwner()
        let isDue = lastSweep.withLock { last in
            let isDue = last.map { ContinuousClock.now - $0 > .seconds(24 * 3600) } ?? true
            if isDue { last = .now }
            return isDue
        }
        guard isDue else { return }
        do { _ = try await abortUploads(after: Self.longestUpload) } catch {
            lastSweep.withLock { $0 = nil }
            throw Self.wording(error)
        }
    }

    /// - Parameter seconds: how old an upload is that is aborted, by the service's clock.
    /// - Returns: how many were aborted.
    func abortUploads(after seconds: Int) async throws -> Int {
        var query = [("uploads", ""), ("prefix", options.prefix)], count = 0, last = ("", "")
        while true {
            let answer = try await client.send(S3Request(method: .GET, query: query, longestAnswer: 4 << 20))
            let page = try S3XML.decode(S3Uploads.self, answer.body), time = (answer.date ?? SystemClock().now).advanced(by: -seconds)
            for upload in page.uploads ?? [] where id(ofKey: upload.key) != nil {
                guard let initiated = Timestamp(rfc3339: upload.initiated), initiated < time else { continue }
                _ = try await client.send(S3Request(method: .DELETE, key: upload.key, query: [("uploadId", upload.id)]))
                count += 1
            }
            guard page.isTruncated else { return count }
            guard let key = page.nextKey, let id = page.nextID, (key, id) != last else { throw S3Trouble.strange("a listing that does not go on") }
            last = (key, id)
            query = [("uploads", ""), ("prefix", options.prefix), ("key-marker", key), ("upload-id-marker", id)]
        }
    }
}
