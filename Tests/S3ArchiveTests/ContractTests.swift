import S3Archive
import TestKit
import Testing

struct ContractTests {
    @Test(arguments: ArchiveContract.all)
    func holds(_ promise: ArchiveContract.Case) async throws {
        try await withArchive { try await promise.run($0) }
    }

    @Test("The port's promises hold below a prefix, with parts of the least size, few connections and no cache", arguments: ArchiveContract.all)
    func holdsWithLeastResources(_ promise: ArchiveContract.Case) async throws {
        try await withArchive({
            $0.prefix = "calls/of-2026/"
            $0.partBytes = 5 << 20
            $0.connections = 2
            $0.cacheBytes = 0
        }) { try await promise.run($0) }
    }
}
