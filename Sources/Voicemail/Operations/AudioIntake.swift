import NIOCore

/// What to do with bytes that no decoder accepts.
public enum AudioPolicy: Sendable {
    /// Keep them and mark them unplayable: KAZOO takes any of its media types as sent.
    case keepAnything
    /// Refuse them: the P-Series promises playable files.
    case playableOnly
}

/// Audio that is durable in the archive and known to no row yet.
public struct ReceivedAudio: Sendable {
    public let record: BlobRecord
    public let contentType: String
    public let fileName: String
    /// Held until a row names the audio, or nobody wants it any more: meanwhile no sweep takes it for a left-over.
    private let writer: any BlobWriter

    init(record: BlobRecord, contentType: String, fileName: String, writer: any BlobWriter) {
        self.record = record
        self.contentType = contentType
        self.fileName = fileName
        self.writer = writer
    }

    /// Milliseconds as decoded; nil when unplayable.
    public var durationMilliseconds: Int? { record.facts?.durationMilliseconds }

    var attachment: AudioAttachment {
        AudioAttachment(blobID: record.blob.id, size: record.blob.size, contentType: contentType, fileName: fileName)
    }
}

/// Takes one upload in, piece by piece: the only way audio enters (field notes 2.3, row 6).
public final class AudioIntake: Sendable {
    /// Up to this many bytes are measured from memory while the archive syncs them.
    private static let measuredInMemory = 1_048_576

    private let writer: any BlobWriter
    private let codec: any AudioCodec
    private let archive: any AudioArchive
    private let copy = CopyBox()

    init(writer: any BlobWriter, codec: any AudioCodec, archive: any AudioArchive) {
        self.writer = writer
        self.codec = codec
        self.archive = archive
    }

    /// Appends bytes.
    /// - Throws: `ArchiveError.tooLarge`, `.full`, `.failed`; call `abandon` then.
    public func write(_ bytes: ByteBuffer) async throws {
        copy.append(bytes, upTo: Self.measuredInMemory)
        try await writer.write(bytes)
    }

    /// Makes the bytes durable and measures them, both at once.
    /// - Throws: `VoicemailError.unplayable` under `.playableOnly`, `ArchiveError`; nothing is kept then.
    /// - Parameter contentType: as it was announced; nil for what decoding says.
    public func finish(contentType: String? = nil, fileName: String, policy: AudioPolicy) async throws -> ReceivedAudio {
        let (blob, verdict) = try await stored()
        do {
            let facts = try Self.facts(verdict, policy)
            if policy == .playableOnly, facts == nil { throw VoicemailError.unplayable }
            let record = BlobRecord(blob: blob, facts: facts)
            let type = contentType ?? AudioFacts.contentType(ofContainer: facts?.container ?? "")
            return ReceivedAudio(record: record, contentType: type, fileName: fileName, writer: writer)
        } catch {
            try await archive.remove(blob.id)
            throw error
        }
    }

    /// Under `.keepAnything` nobody waits for a decoder that has too much to do, and nothing is refused for it: the audio counts
    /// as not measured. A later rendering decodes it all the same.
    private static func facts(_ verdict: Result<AudioFacts?, any Error>, _ policy: AudioPolicy) throws -> AudioFacts? {
        do {
            return try verdict.get()
        } catch AudioError.overloaded where policy == .keepAnything {
            return nil
        }
    }

    /// The durable blob, and what the decoder made of it.
    private func stored() async throws -> (StoredBlob, Result<AudioFacts?, any Error>) {
        if let bytes = copy.complete {
            async let blob = writer.finish()
            let verdict = await verdict { try await self.measure(.bytes(bytes)) }
            return (try await blob, verdict)
        }
        let blob = try await writer.finish()
        let verdict = await verdict {
            let reader = try await self.archive.open(blob.id)
            let facts = try await self.measure(.file(path: reader.path))
            withExtendedLifetime(reader) {}
            return facts
        }
        return (blob, verdict)
    }

    private func verdict(_ measure: () async throws -> AudioFacts?) async -> Result<AudioFacts?, any Error> {
        do { return .success(try await measure()) } catch { return .failure(error) }
    }

    /// Drops the upload.
    public func abandon() async { await writer.abandon() }

    /// - Returns: nil for what no decoder accepts. A machine that fails to decode is an error, not a verdict.
    private func measure(_ source: AudioSource) async throws -> AudioFacts? {
        do {
            return try await codec.measure(source)
        } catch AudioError.undecodable, AudioError.tooLong {
            return nil
        }
    }
}
