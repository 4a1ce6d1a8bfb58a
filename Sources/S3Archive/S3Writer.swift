import Crypto
import NIOCore
import Voicemail

/// One blob being written. What fits into a part is one PUT when it is finished; more goes up part by part as it comes. A part waits on the
/// local disk, and a small one in memory, so that it can be sent again and its checksum goes ahead of it.
actor S3Writer: BlobWriter {
    private enum State { case writing, finished, ended }

    private let archive: S3Archive
    private let limit: Int
    private let id: BlobID
    /// Whether the name was given, and so is given again to whoever tries once more.
    private let isNamed: Bool
    /// Of all of it, once its first part is sent; until then that part's own says the same.
    private var hash: SHA256?
    private var part = PartBuffer()
    private var size = 0
    private var upload: PartUpload?
    private var state = State.writing

    /// - Parameter name: nil for one that nobody has had and nobody will have again.
    init(archive: S3Archive, limit: Int, as name: BlobID?) {
        self.archive = archive
        id = name ?? BlobID()
        isNamed = name != nil
        self.limit = limit
    }

    deinit {
        if case .writing = state { upload?.giveUp() }
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard case .writing = state else { throw ArchiveError.failed("the blob is finished") }
        guard bytes.readableBytes <= limit - size else { throw drop(ArchiveError.tooLarge(limit: limit)) }
        size += bytes.readableBytes
        do {
            var rest = bytes
            let whole = archive.partBytes(limit: limit)
            while rest.readableBytes > 0 {
                // Once it is known that another one follows: the last one goes with the end.
                if part.size == whole { try await sendPart() }
                guard let piece = rest.readSlice(length: min(rest.readableBytes, whole - part.size)) else { break }
                piece.withUnsafeReadableBytes { hash?.update(bufferPointer: $0) }
                part = try await part.appending(piece, archive)
            }
        } catch {
            throw failed(error)
        }
    }

    func finish() async throws -> StoredBlob {
        guard case .writing = state else { throw ArchiveError.failed("the blob is finished") }
        let sha256 = HexID.encode((hash ?? part.sha256).finalize())
        do {
            let start = ContinuousClock.now
            if let upload {
                try await sendPart()
                try await upload.complete(size: size)
            } else {
                let body = try await part.body()
                try await archive.put(body, sha256: sha256, as: id, isNamed: isNamed)
                // New audio is often decoded right away.
                if case .file(let file) = body.source { archive.copies.keep(file, of: id, size: size) }
            }
            part = PartBuffer()
            upload = nil
            state = .finished
            archive.stored(size, since: start)
            return StoredBlob(id: id, size: size, sha256: sha256)
        } catch {
            throw failed(error)
        }
    }

    func abandon() async {
        if case .writing = state { _ = drop(CancellationError()) }
    }

    private func sendPart() async throws {
        hash = hash ?? part.sha256
        let upload = if let upload { upload } else { try await PartUpload.begin(archive.key(id), archive, isNamed: isNamed) }
        self.upload = upload
        try await upload.send(part.body())
        part = PartBuffer(reusing: part.file)
    }

    private func failed(_ error: any Error) -> any Error {
        guard case .writing = state else { return error }
        return drop((error as? S3Trouble)?.archiveError ?? error)
    }

    private func drop(_ error: any Error) -> any Error {
        state = .ended
        upload?.giveUp()
        upload = nil
        part = PartBuffer()
        return error
    }
}

/// What is gathered for one request: in memory, and from some size on in a file.
private struct PartBuffer {
    /// Bytes. So much of each upload is in memory.
    private static let mostInMemory = 524_288

    private(set) var size = 0
    private(set) var file: ScratchFile?
    private var chunks: [ByteBuffer] = []
    private var gathered = 0
    private(set) var sha256 = SHA256()
    private var md5 = Insecure.MD5()

    /// - Parameter file: of the part before, which has been sent.
    init(reusing file: ScratchFile? = nil) { self.file = file }

    func appending(_ bytes: ByteBuffer, _ archive: S3Archive) async throws -> PartBuffer {
        var part = self
        bytes.withUnsafeReadableBytes {
            part.sha256.update(bufferPointer: $0)
            part.md5.update(bufferPointer: $0)
        }
        part.chunks.append(bytes)
        part.gathered += bytes.readableBytes
        part.size += bytes.readableBytes
        guard part.gathered > Self.mostInMemory else { return part }
        let file = if let file { file } else { try await archive.scratch() }
        try await file.write(part.chunks, at: part.size - part.gathered)
        part.file = file
        part.chunks = []
        part.gathered = 0
        return part
    }

    /// The part as it is sent. All of it is in memory, or all of it in the file.
    func body() async throws -> S3Body {
        var source = S3Body.Source.bytes(chunks)
        if size > gathered, let file {
            try await file.write(chunks, at: size - gathered)
            source = .file(file)
        }
        return S3Body(source: source, size: size, sha256: HexID.encode(sha256.finalize()), md5: Array(md5.finalize()))
    }
}
