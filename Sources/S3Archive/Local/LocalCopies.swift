import Synchronization
import Voicemail
import Waiting

/// Blobs as files of this machine, for decoders that want one. Those used last stay for a while, within a number of bytes and of files.
final class LocalCopies: Sendable {
    private struct Entry {
        let file: ScratchFile
        let size: Int
        var use: Int
    }

    private struct State {
        var entries: [BlobID: Entry] = [:]
        var bytes = 0
        var uses = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    private let flights = SingleFlight<ScratchFile>(.none, closed: ArchiveError.failed("the archive is closed"))

    /// Each holds a descriptor.
    private static let most = 64

    /// Bytes of what is kept.
    var keptBytes: Int { state.withLock(\.bytes) }

    /// - Parameter limit: bytes of what nobody uses.
    init(limit: Int) { self.limit = limit }

    /// The copy of a blob; made once for all who ask meanwhile.
    func copy(of id: BlobID, size: Int, make: @escaping @Sendable () async throws -> ScratchFile) async throws -> ScratchFile {
        if let file = find(id) { return file }
        return try await flights.value(for: id.hex) {
            let file = try await make()
            self.keep(file, of: id, size: size)
            return file
        }
    }

    /// Keeps what may soon be asked for.
    func keep(_ file: ScratchFile, of id: BlobID, size: Int) {
        guard size <= limit else { return }
        // Let go of outside the lock: the last reference closes a file.
        let dropped = state.withLock { state -> [Entry] in
            var dropped = [Entry]()
            state.uses += 1
            if let old = state.entries.updateValue(Entry(file: file, size: size, use: state.uses), forKey: id) {
                state.bytes -= old.size
                dropped.append(old)
            }
            state.bytes += size
            while state.bytes > limit || state.entries.count > Self.most, let oldest = state.entries.min(by: { $0.value.use < $1.value.use }) {
                state.entries[oldest.key] = nil
                state.bytes -= oldest.value.size
                dropped.append(oldest.value)
            }
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    func forget(_ id: BlobID) {
        let dropped = state.withLock { state in
            let dropped = state.entries.removeValue(forKey: id)
            state.bytes -= dropped?.size ?? 0
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    /// Lets go of all that nobody uses.
    func clear() {
        let dropped = state.withLock { state in
            let dropped = state.entries
            state = State()
            return dropped
        }
        withExtendedLifetime(dropped) {}
    }

    func close() async {
        clear()
        await flights.close()
    }

    private func find(_ id: BlobID) -> ScratchFile? {
        state.withLock { state in
            state.uses += 1
            state.entries[id]?.use = state.uses
            return state.entries[id]?.file
        }
    }
}
