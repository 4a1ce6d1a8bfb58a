import Logging
import NIOConcurrencyHelpers
import NIOCore
import Waiting

/// What to do with bytes that no decoder accepts.
public enum AudioPolicy: Sendable {
    /// Keep them and mark them unplayable: any of the media types is taken as sent (K§7.3).
    case keepAnything
    /// Refuse them: who asks for this promises playable files (P§5, P§8).
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

    /// Milliseconds as decoded; nil when unplayable or not measured yet.
    public var durationMilliseconds: Int? { record.facts?.durationMilliseconds }

    var attachment: AudioAttachment {
        AudioAttachment(blobID: record.blob.id, size: record.blob.size, contentType: contentType, fileName: fileName)
    }
}

/// Takes one upload in, piece by piece: the only way audio enters (N§2.3-6). Nothing is opened in the archive before the first byte, so whoever
/// turns out to have no file costs no device anything. Used by one task.
public final class AudioIntake: Sendable {
    /// Up to this many bytes are measured from memory while the archive syncs them.
    private static let measuredInMemory = 1_048_576

    private struct State {
        /// What writes to the archive, once there is something to write.
        var writer: (any BlobWriter)?
        var isFinished = false
    }

    private let state = NIOLockedValueBox(State())
    /// Bytes.
    private let limit: Int
    private let codec: any AudioCodec
    private let archive: any AudioArchive
    private let logger: Logger
    /// The account that sends it, for a fair share of the decoders.
    private let accountID: String
    private let copy = UploadCopy()

    init(limit: Int, codec: any AudioCodec, archive: any AudioArchive, accountID: String, logger: Logger) {
        self.accountID = accountID
        self.limit = limit
        self.codec = codec
        self.archive = archive
        self.logger = logger
    }

    /// Appends bytes.
    /// - Throws: `ArchiveError.tooLarge`, `.full`, `.failed`; `abandon` is called then.
    public func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        copy.append(bytes, upTo: Self.measuredInMemory)
        try await writer().write(bytes)
    }

    /// Whether `finish` has succeeded: the audio belongs to who called it then, and is not to be abandoned.
    var isFinished: Bool { state.withLockedValue(\.isFinished) }

    /// Whether no byte has come yet: an empty file is no file.
    public var isEmpty: Bool { state.withLockedValue { $0.writer == nil } }

    private func writer() async throws -> any BlobWriter {
        if let writer = state.withLockedValue(\.writer) { return writer }
        let writer = try await archive.begin(limit: limit)
        state.withLockedValue { $0.writer = writer }
        return writer
    }

    /// Makes the bytes durable and measures them, both at once. What takes too long to measure is measured later.
    /// - Throws: `VoicemailError.unplayable` under `.playableOnly`, `ArchiveError`; nothing is kept then.
    /// - Parameters:
    ///   - contentType: as it was announced; nil for what decoding says.
    ///   - isLengthKnown: nobody waits for a decoder then where the policy asks for none.
    public func finish(contentType: String? = nil, fileName: String, policy: AudioPolicy, isLengthKnown: Bool = false) async throws -> ReceivedAudio {
        let patience: MeasuringPatience =
            switch policy {
            case .keepAnything: isLengthKnown ? .none : .moment
            case .playableOnly: .upload
            }
        let writer = try await writer()
        let (blob, verdict) = try await stored(writer, patience)
        do {
            let measurement = try verdict.get()
            if policy == .playableOnly, measurement == nil { throw VoicemailError.unplayable }
            let record = BlobRecord(blob: blob, measurement)
            let type = contentType ?? AudioContainer.contentType(ofStored: record.container)
            record.logIfIncomplete(logger, fileName: fileName)
            state.withLockedValue { $0.isFinished = true }
            return ReceivedAudio(record: record, contentType: type, fileName: fileName, writer: writer)
        } catch {
            try await archive.remove(blob.id)
            throw error
        }
    }

    /// The durable blob, and what the decoder made of it.
    private func stored(_ writer: any BlobWriter, _ patience: MeasuringPatience) async throws -> (StoredBlob, Result<MeasuringOutcome?, any Error>) {
        if let bytes = copy.complete {
            async let blob = writer.finish()
            let verdict = await verdict { try await self.measure(.gathered(bytes), patience) }
            return (try await blob, verdict)
        }
        let blob = try await writer.finish()
        return (blob, await verdict { try await self.measureStored(blob, patience) })
    }

    private func measureStored(_ blob: StoredBlob, _ patience: MeasuringPatience) async throws -> MeasuringOutcome? {
        try await measure(.stored(try await archive.open(blob.id).localCopy()), patience)
    }

    private func verdict(_ measure: () async throws -> MeasuringOutcome?) async -> Result<MeasuringOutcome?, any Error> {
        do { return .success(try await measure()) } catch { return .failure(error) }
    }

    /// Drops the upload.
    public func abandon() async { await state.withLockedValue(\.writer)?.abandon() }

    /// - Returns: nil for what no decoder accepts. A machine that fails to decode is an error, not a verdict.
    private func measure(_ source: AudioSource, _ patience: MeasuringPatience) async throws -> MeasuringOutcome? {
        do {
            return try await codec.measure(source, for: accountID, patience)
        } catch AudioError.undecodable, AudioError.tooLong {
            return nil
        }
    }
}

extension BlobRecord {
    /// Says in the log that sound came incomplete. It is kept, and played as far as it goes.
    func logIfIncomplete(_ logger: Logger, fileName: String) {
        guard let facts, facts.isIncomplete else { return }
        logger.warning(
            "audio was cut off or damaged before it came; it is kept as it is",
            metadata: ["blob": "\(blob.id)", "file": "\(fileName)", "decoded_ms": "\(facts.durationMilliseconds)"])
    }
}

extension VoicemailService {
    /// Runs `body`; when it fails, the audio that it was to store goes too, unless nobody knows whether the change took place. Audio that is stored
    /// unmeasured is measured from then on.
    public func dropping<Value: Sendable>(_ audio: ReceivedAudio?, _ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            if audio?.record.unmeasured != nil { measuringBell.ring() }
            return value
        } catch StoreError.undecided {
            if let audio { logger.error("audio stays, as the change that names it may have taken place", metadata: ["blob": "\(audio.record.blob.id)"]) }
            throw StoreError.undecided
        } catch {
            if let audio {
                do { try await archive.remove(audio.record.blob.id) } catch let second {
                    // The next start finds it as an orphan.
                    logger.error("blob of a refused deposit stays", metadata: ["blob": "\(audio.record.blob.id)", "error": "\(second)"])
                }
            }
            throw error
        }
    }
}
