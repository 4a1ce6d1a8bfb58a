import Logging
import Server
import TestKit
import Voicemail

extension Cluster {
    /// Removes what nobody names, as housekeeping will hours later, when nothing runs any more.
    /// - Returns: what the bucket has then, and what the database knows.
    nonisolated func clearedUp() async throws -> (objects: Set<BlobID>, rows: Set<BlobID>) {
        let node = nodes[0]
        let store = try await ObjectStore.shared.value
        let aging = try FaultyService(before: node.environment["AFTERTONE_ARCHIVE_ENDPOINT"] ?? store.endpoint) { _, _ in .aged(2 * 3600) }
        return try await aging.run { address in
            let environment = node.environment.merging(["AFTERTONE_ARCHIVE_ENDPOINT": address]) { $1 }
            var configuration = try Configuration.load(file: nil, environment: environment)
            configuration.data = node.data
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let installation = try await Installation.open(configuration, for: .storesAudio, creating: false, logger: logger)
            do {
                let left = try await Self.clearUp(installation)
                try await installation.close()
                return left
            } catch {
                try await installation.close()
                throw error
            }
        }
    }

    private static func clearUp(_ installation: Installation) async throws -> (objects: Set<BlobID>, rows: Set<BlobID>) {
        await installation.service.housekeeping.collectGarbage()
        _ = try await installation.service.housekeeping.removeOrphans()
        var rows: Set<BlobID> = [], last: BlobID?
        repeat {
            let page = try await installation.store.read { [last] in try $0.blobs(after: last, limit: 1000).map(\.blob.id) }
            rows.formUnion(page)
            last = page.last
        } while last != nil
        return (Set(try await ArchiveContract.listing(of: installation.archive).keys), rows)
    }
}
