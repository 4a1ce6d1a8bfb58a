import Logging
import NIOCore
import Voicemail

/// What a `FileWriter` asks of its archive.
extension FileArchive {
    /// Writes `chunks` to the blob of `draft`, or to a new one. After an error the file is gone.
    func append(_ chunks: [ByteBuffer], to draft: Draft?, named name: BlobID?) async throws(ArchiveError) -> Draft {
        try await writers.run { [self] () throws(ArchiveError) in
            try keeping(draft, name) { draft throws(SystemError) in
                try draft.append(chunks, to: fileSystem, through: scratch)
            }
        }
    }

    /// Writes `chunks` to the blob of `draft`, or to a new one, and makes it durable. After an error the file is gone.
    func complete(_ chunks: [ByteBuffer], to draft: Draft?, named name: BlobID?) async throws(ArchiveError) -> Draft {
        try await writers.run { [self] () throws(ArchiveError) in
            try keeping(draft, name) { draft throws(SystemError) in
                try draft.complete(chunks, to: fileSystem, through: scratch)
                let start = fileSystem.now()
                try fileSystem.sync(draft.file.descriptor)
                configuration.onSync?(fileSystem.now() - start, draft.size)
                guard let name else { return }
                try fileSystem.rename(draft.file.path, path(of: name))
                try fileSystem.syncDirectory(directory(of: name))
            }
        }
    }

    /// Drops a blob that was being written.
    func discard(_ file: BlobFile?, size: Int) async {
        room.giveBack(size)
        guard let file else { return }
        do {
            _ = try await system(others) { [fileSystem] () throws(SystemError) in try fileSystem.remove(file.path) }
        } catch {
            logUnremoved(file, error)
        }
    }

    /// Drops a blob whose writer was let go without a word.
    nonisolated func discardLater(_ file: BlobFile?, size: Int) {
        room.giveBack(size)
        guard let file else { return }
        others.runLater { [self] in removeNow(file) }
    }

    /// Lets go of a finished blob: it is listed from now on.
    nonisolated func settle(_ file: BlobFile, size: Int) {
        room.settle(file.id, size: size) { file.unlock() }
    }

    private func keeping(_ draft: Draft?, _ name: BlobID?, _ body: (inout Draft) throws(SystemError) -> Void) throws(ArchiveError) -> Draft {
        do throws(SystemError) {
            var draft = if let draft { draft } else { Draft(file: try file(named: name)) }
            do throws(SystemError) {
                try body(&draft)
                return draft
            } catch {
                removeNow(draft.file)
                throw error
            }
        } catch {
            throw error.archiveError
        }
    }

    private func newFile() throws(SystemError) -> BlobFile {
        let file = try prepared.take()
        if prepared.wantsRefill() { preparer.runLater { [prepared] in prepared.refill() } }
        return file
    }

    private func file(named name: BlobID?) throws(SystemError) -> BlobFile {
        guard let name else { return try newFile() }
        return try prepared.makeNamed(name)
    }

    private func removeNow(_ file: BlobFile) {
        do throws(SystemError) { _ = try fileSystem.remove(file.path) } catch { logUnremoved(file, error) }
    }

    /// Nothing is lost by it, and the next start removes the orphan.
    private func logUnremoved(_ file: BlobFile, _ error: any Error) {
        logger.warning("an unfinished blob could not be removed", metadata: ["blob": "\(file.id)", "error": "\(error)"])
    }
}
