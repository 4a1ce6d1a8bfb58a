import Foundation
import SystemPackage
import Voicemail

extension SQLiteStore {
    public func unavailability() async -> String? {
        do {
            // Also proves that reading works; the disk is asked on a store's thread.
            let free = try await read { [path] _ in Self.freeBytes(at: path) }
            if let free, free < options.reservedBytes { return "the database's disk is nearly full" }
            if writeTrouble.current != nil { try await probe() }
        } catch {
            return writeTrouble.current ?? "the database cannot be read"
        }
        return writeTrouble.current
    }

    /// Bytes written to see whether there is room: some pages, so that a page left over does not count as room.
    private static let probeBytes = 65_536

    /// After trouble, writes something and takes it back.
    private func probe() async throws {
        _ = try await transaction { writer in
            try writer.execute("INSERT OR REPLACE INTO probe (serial, filler) VALUES (1, zeroblob(?))") { $0.bind(Self.probeBytes) }
        }
        writeTrouble.recover()
        _ = try await transaction { try $0.execute("DELETE FROM probe") }
    }

    private static func freeBytes(at path: String) -> Int? {
        let directory = FilePath(path).removingLastComponent()
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: directory.isEmpty ? "." : directory.string)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }
}
