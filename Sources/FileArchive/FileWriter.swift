import Crypto
import NIOCore
import Voicemail

/// One blob being written to a file.
///
/// Bytes gather in memory until there are 256 KiB of them, so that an ordinary message (20 s of G.711 are
/// 160 kB) costs one hop to a thread, at `finish`, where it is written, hashed and synced in one go.
actor FileWriter: BlobWriter {
    private enum State {
        case writing
        /// The file stays locked until `abandon` or the end of the writer.
        case finished(BlobFile)
        case ended
    }

    private let archive: FileArchive
    private let limit: Int
    /// Its name, where that is not for the archive to choose.
    private let name: BlobID?
    private var pending = GatheredBytes()
    private var draft: Draft?
    private var size = 0
    private var state = State.writing

    init(archive: FileArchive, limit: Int, named name: BlobID? = nil) {
        self.archive = archive
        self.limit = limit
        self.name = name
    }

    deinit {
        switch state {
        case .writing: archive.discardLater(draft?.file, size: size)
        case .finished(let file): archive.settle(file, size: size)
        case .ended: break
        }
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard case .writing = state else { throw ArchiveError.failed("the blob is finished") }
        guard bytes.readableBytes <= limit - size else { throw await refuse(.tooLarge(limit: limit)) }
        guard archive.room.take(bytes.readableBytes) else { throw await refuse(.full) }
        size += bytes.readableBytes
        pending.append(bytes)
        guard pending.count >= ScratchBuffers.size else { return }
        let (chunks, current) = (pending.take(), draft)
        do throws(ArchiveError) {
            draft = try await archive.append(chunks, to: current, named: name)
        } catch {
            throw failed(error)
        }
    }

    func finish() async throws -> StoredBlob {
        guard case .writing = state else { throw ArchiveError.failed("the blob is finished") }
        let (chunks, current) = (pending.take(), draft)
        do throws(ArchiveError) {
            let complete = try await archive.complete(chunks, to: current, named: name)
            draft = nil
            state = .finished(complete.file)
            return StoredBlob(id: complete.file.id, size: complete.size, sha256: HexID.encode(complete.hash.finalize()))
        } catch {
            throw failed(error)
        }
    }

    func abandon() async {
        switch state {
        case .writing: await drop()
        case .finished(let file):
            state = .ended
            archive.settle(file, size: size)
        case .ended: break
        }
    }

    /// After an error the archive has removed the file already.
    private func failed(_ error: ArchiveError) -> ArchiveError {
        draft = nil
        state = .ended
        archive.room.giveBack(size)
        return error
    }

    private func refuse(_ error: ArchiveError) async -> ArchiveError {
        await drop()
        return error
    }

    private func drop() async {
        state = .ended
        pending = GatheredBytes()
        let file = draft?.file
        draft = nil
        await archive.discard(file, size: size)
    }
}
