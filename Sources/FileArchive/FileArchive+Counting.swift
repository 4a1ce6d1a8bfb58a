import Voicemail

extension FileArchive {
    /// Counts anew what is stored, where there is a quota: other processes store and remove in the same directory, of which this
    /// one knows nothing. What is being written stays counted. A directory of the 256 that this process keeps changing
    /// while it is read is left to the next call.
    /// - Throws: `ArchiveError.failed`.
    public func recount() async throws {
        guard configuration.quotaBytes != nil else { return }
        for prefix in BlobLayout.prefixes {
            for _ in 0..<Self.attemptsToCount where try await count(prefix) { break }
        }
    }

    private static let attemptsToCount = 3

    private func count(_ prefix: String) async throws(ArchiveError) -> Bool {
        try await room.count(prefix) { () throws(ArchiveError) in
            let directory = try await openDirectory(prefix)
            var bytes = 0
            while let entries = try await next(in: directory) { bytes += entries.reduce(0) { $0 + $1.size } }
            return bytes
        }
    }
}
