import Voicemail
import Web

extension ServerGlance {
    /// Looks at an installation from within its server.
    static func look(at installation: Installation, _ tail: LogTail?) async throws -> ServerGlance {
        let directory = installation.directory
        let (space, database) = try await blocking {
            (try DiskSpace(of: directory.path), ["", "-wal", "-shm"].reduce(0) { $0 + (DiskSpace.size(of: directory.database + $1) ?? 0) })
        }
        var reasons: [(name: String, reason: String)] = []
        if let reason = await installation.service.store.unavailability() { reasons.append(("store", reason)) }
        if let reason = await installation.service.archive.unavailability() { reasons.append(("archive", reason)) }
        return ServerGlance(
            census: try await installation.store.census(), free: space.free, size: space.size, database: database, reasons: reasons,
            troubles: tail?.troubles ?? [])
    }
}
