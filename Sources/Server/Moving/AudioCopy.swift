import Crypto
import NIOCore
import StoredRows
import Voicemail
import Waiting

/// Copies audio from one archive to another under its name. Each piece is read back and compared before its row is written, so that a row in the
/// new database stands for audio that is there.
actor AudioCopy {
    private let source: Installation
    private let target: Installation
    private let progress: ProgressReport
    private var count = 0
    private var bytes = 0
    private(set) var damages: [Damage] = []
    /// Whether an earlier run, which was cut off, may have copied audio whose rows did not follow.
    private var isResuming: Bool

    /// Pieces on their way at once, each with a window in memory.
    private static let atOnce = 16
    private static let window = 1_048_576

    init(from source: Installation, to target: Installation, isResuming: Bool, progress: @escaping ProgressReport) {
        self.source = source
        self.target = target
        self.isResuming = isResuming
        self.progress = progress
    }

    var copied: (Int, Int) { (count, bytes) }

    /// Copies what rows of `blob` speak of.
    /// - Parameter known: keys of those whose audio the target has, under another row.
    func copy(_ rows: [StoredTable.Row], of table: StoredTable, known: Set<StoredTable.Key>) async throws {
        let mayBeThere = isResuming
        let keys = rows.map(table.key(of:))
        var left = 0
        try await forEach(of: keys, atOnce: Self.atOnce) { key in
            guard let id = BlobID(key) else { return false }
            let isKnown = known.contains(key)
            return try await self.copy(id, unlessThere: isKnown || mayBeThere) && !isKnown
        } then: { wasLeft in
            if wasLeft { left += 1 }
        }
        // Pages are copied in order, so behind one of which nothing is there nothing was left. To ask for what is not there costs as much as to read
        // it back; what is missed is copied once more.
        if left == 0, !known.isSuperset(of: keys) { isResuming = false }
    }

    /// Copies the audio of rows that an earlier run has written, where it is not there: it may have gone to another place, or have been removed since.
    /// That run has compared what it wrote, so what is there in its full length is left.
    func complete(_ rows: [StoredTable.Row], of table: StoredTable) async throws {
        try await forEach(of: rows.map(table.key(of:)), atOnce: Self.atOnce) { key in
            guard let id = BlobID(key), try await !self.isThere(id) else { return }
            _ = try await self.copy(id, unlessThere: false)
        }
    }

    /// Whether the target has as many bytes of it as the source.
    private nonisolated func isThere(_ id: BlobID) async throws -> Bool {
        do {
            return try await target.archive.open(id).size == source.archive.open(id).size
        } catch ArchiveError.missing {
            return false
        }
    }

    nonisolated func remove(_ key: StoredTable.Key) async throws {
        if let id = BlobID(key) { try await target.archive.remove(id) }
    }

    /// - Returns: whether it was there already.
    private nonisolated func copy(_ id: BlobID, unlessThere mayBeThere: Bool) async throws -> Bool {
        guard let record = try await source.store.read({ try $0.blob(id: id) }) else { return false }
        let reader: any BlobReader
        do {
            reader = try await source.archive.open(id)
        } catch ArchiveError.missing {
            // The audio may be on its way out: then no row names it any more.
            if try await source.store.names(id) { await note(.missingBlob(id)) }
            return false
        }
        // Measuring in the meantime changes the row, and not the audio.
        if mayBeThere, let kept = try await digest(of: id), kept == (record.blob.size, record.blob.sha256) { return true }
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
            return false
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

extension BlobID {
    /// As a row of `blob` has it.
    fileprivate init?(_ key: StoredTable.Key) {
        guard case .text(let hex)? = key.first else { return nil }
        self.init(hex)
    }
}
