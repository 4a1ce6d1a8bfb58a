import TestKit
import Testing

@testable import FileArchive

@Suite struct FileArchiveContract {
    @Test(arguments: ArchiveContract.all)
    func holds(_ rule: ArchiveContract.Case) async throws {
        try await withArchive { archive, _ in try await rule.run(archive) }
    }

    /// The same without files prepared ahead, so that every blob takes the way of an exhausted supply.
    @Test(arguments: ArchiveContract.all)
    func holdsWithNothingPrepared(_ rule: ArchiveContract.Case) async throws {
        try await withArchive({ $0.preparedFiles = 0 }) { archive, _ in try await rule.run(archive) }
    }

    /// The same through the page cache, as on a file system that knows no other way.
    @Test(arguments: ArchiveContract.all)
    func holdsWithoutDirectWrites(_ rule: ArchiveContract.Case) async throws {
        var system = FileSystem.system
        system.setDirect = { _, direct in !direct }
        try await withArchive(system: system) { archive, _ in try await rule.run(archive) }
    }
}
