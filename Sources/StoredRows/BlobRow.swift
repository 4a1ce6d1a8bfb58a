import Voicemail

/// What is known of audio, as rows.
public enum BlobRow {
    public static let columns = "id, size, sha256, " + facts

    /// What `bindFacts` binds, in its order.
    public static let facts = "duration_ms, sample_rate, channels, container, frames, incomplete"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> BlobRecord {
        guard let id = try row.blobID(0) else { throw StoreError.failed("a blob without a name") }
        let frames = row.isNull(7) ? AudioFacts.frames(row.int(3), from: 1000, to: row.int(4)) : row.int(7)
        let facts =
            row.isNull(3)
            ? nil
            : AudioFacts(
                frames: frames, sampleRate: row.int(4), channels: row.int(5), container: row.text(6), isIncomplete: row.int(8) != 0)
        let unmeasured = facts == nil && !row.isNull(6) ? row.text(6) : nil
        return BlobRecord(blob: StoredBlob(id: id, size: row.int(1), sha256: row.text(2)), facts: facts, unmeasured: unmeasured)
    }

    /// Binds what decoding has said.
    /// - Parameter container: of audio that is not measured yet.
    @inlinable
    public static func bindFacts<Parameters: StoredParameters & ~Copyable>(_ facts: AudioFacts?, container: String?, to run: inout Parameters) {
        run.bind(facts?.durationMilliseconds)
        run.bind(facts?.sampleRate)
        run.bind(facts?.channels)
        run.bind(facts?.container ?? container)
        run.bind(facts?.frames)
        run.bind(facts?.isIncomplete == true ? 1 : 0)
    }
}
