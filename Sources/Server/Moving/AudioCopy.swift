import Crypto
import NIOCore
import StoredRows
import Voicemail

/// Copies audio from one archive to another under its name. Each piece is read back and compared before its row is written, so that a row in the
/// new database stands for audio that is there.
actor AudioCopy {
    private let source: Installation
    private let target: Installation
    private let progress: ProgressReport
    private var count = 0
    private var bytes = 0
    private(set) var damages: [Damage] = []

    /// Pieces on their way at once, each with a window in memory.
    private static let atOnce = 8
    private static let window = 1_048_576

    init(from source: Installation, to target: Installation, progress: @escaping ProgressReport) {
        self.source = source
        self.target = target
        self.progress = progress
    }

    var copied: (Int, Int) { (count, bytes) }

    /// Copies what rows of `blob` speak of.
    nonisolated func copy(_ rows: [StoredTable.Row], of table: StoredTable) async throws {
        let place = table.place(of: "id")
        let ids = rows.compactMap { row -> BlobID? in
            guard let place, case .text(let hex) = row[place] else { return nil }
            return BlobID(hex)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            var waiting = ids[...]
            for _ in 0..<Self.atOnce {
                if let id = waiting.popFirst() { tasks.addTask { try await self.copy(id) } }
            }
            while try await tasks.next() != nil {
                if let id = waiting.popFirst() { tasks.addTask { try await self.copy(id) } }
            }
        }
    }

    nonisolated func remove(_ keys: [StoredTable.Key]) async throws {
        for key in keys {
            if case .text(let hex)? = key.first, let id = BlobID(hex) { try await target.archive.remove(id) }
        }
    }

    private nonisolated func copy(_ id: BlobID) async throws {
        guard let record = try await source.store.read({ try $0.blob(id: id) }) else { return }
        let reader: any BlobReader
        do {
            reader = try await source.archive.open(id)
        } catch ArchiveError.missing {
            // It may be on its way out.
            if try await source.store.names(id) { await note(.missingBlob(id)) }
            return
        }
        // What was measured meanwhile has another row, and the same audio.
        if let kept = try await digest(of: id), kept.size == record.blob.size, kept.sha256 == record.blob.sha256 { return }
        let writer = try await target.archive.begin(limit: max(reader.size, 1), as: id)
        do {
            var hash = SHA256(), offset = 0
            while offset < reader.size {
                let piece = try await reader.read(at: offset, count: Self.window)
                guard piece.readableBytes > 0 else { break }
                piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                try await writer.write(piece)
                offset += piece.readableBytes
            }
            let sha256 = HexID.encode(hash.finalize())
            _ = try await writer.finish()
            await writer.abandon()
            guard let found = try await digest(of: id), found == (offset, sha256) else { throw MoveError.otherBytes(id.hex) }
            if offset != record.blob.size {
                await note(.truncatedBlob(id, expected: record.blob.size, found: offset))
            } else if sha256 != record.blob.sha256 {
                await note(.alteredBlob(id))
            }
            await note(bytes: offset)
        } catch {
            await writer.abandon()
            throw error
        }
    }

    private nonisolated func digest(of id: BlobID) async throws -> (size: Int, sha256: String)? {
        do { return try await target.archive.digest(of: id) } catch ArchiveError.missing { return nil }
    }

    private func note(_ damage: Damage) {
        if !damages.contains(damage) { damages.append(damage) }
    }

    private func note(bytes more: Int) {
        count += 1
        bytes += more
        progress(MaintenanceProgress("audio", count))
    }
}
