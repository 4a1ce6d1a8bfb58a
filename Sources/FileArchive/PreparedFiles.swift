import Glibc
import NIOConcurrencyHelpers
import Voicemail

/// Empty blob files whose names are durable already, so that a deposit needs one sync and no more.
///
/// Files are created in batches, each batch in one directory of the 256: one directory sync pays for all
/// of them. The names stay random; only the directory is common to a batch.
///
/// A file appears under a name that `list` ignores, is locked, and only then renamed to its blob name: at
/// no moment does an unlocked empty blob exist that another process could sweep away as an orphan.
final class PreparedFiles: Sendable {
    private struct State {
        var files: [BlobFile] = []
        var isRefilling = false
        var isClosed = false
    }

    private let layout: BlobLayout
    private let fileSystem: FileSystem
    private let capacity: Int
    private let state = NIOLockedValueBox(State())

    /// - Parameter capacity: files kept ready, give or take the batches of deposits in need; 0 prepares none.
    init(layout: BlobLayout, fileSystem: FileSystem, capacity: Int) {
        self.layout = layout
        self.fileSystem = fileSystem
        self.capacity = capacity
    }

    /// Takes a file: a prepared one, or else one of a small batch created here and now, whose rest goes to
    /// those who come next. So under a load that outruns `refill` several deposits share a directory sync.
    func take() throws(SystemError) -> BlobFile {
        if let file = state.withLockedValue({ $0.files.popLast() }) { return file }
        var created = try create(max(1, capacity / Self.sharesOfABatch))
        guard let file = created.popLast() else { throw SystemError(operation: "create", code: EIO) }
        keep(created)
        return file
    }

    /// Whether the caller must see to it that `refill` runs, on a thread that may wait.
    func wantsRefill() -> Bool {
        state.withLockedValue { state in
            guard state.files.count < capacity / 2, !state.isRefilling, !state.isClosed else { return false }
            state.isRefilling = true
            return true
        }
    }

    /// Fills up to the capacity. A failure has nobody to be told to and needs nobody: a deposit that finds
    /// no file ready creates its own and reports what stands in the way.
    func refill() {
        let missing = state.withLockedValue { capacity - $0.files.count }
        keep((try? create(missing)) ?? [])
        state.withLockedValue { $0.isRefilling = false }
    }

    /// A batch created by a deposit is this part of the capacity.
    private static let sharesOfABatch = 8

    private func keep(_ files: [BlobFile]) {
        let isClosed = state.withLockedValue { state in
            if !state.isClosed { state.files.append(contentsOf: files) }
            return state.isClosed
        }
        if isClosed { discard(files) }
    }

    /// A file that gets its name when it is whole. What an earlier attempt has left of it is begun anew.
    func makeNamed(_ id: BlobID) throws(SystemError) -> BlobFile {
        let unfinished = layout.path(id) + BlobLayout.unlockedSuffix
        let file = BlobFile(id: id, path: unfinished, descriptor: try fileSystem.open(unfinished, O_RDWR | O_CREAT | O_TRUNC))
        try fileSystem.lock(file.descriptor)
        return file
    }

    /// Creates durable, locked, empty files in one directory.
    func create(_ count: Int) throws(SystemError) -> [BlobFile] {
        guard count > 0 else { return [] }
        let prefix = BlobLayout.prefix(of: BlobID())
        var created: [BlobFile] = []
        do {
            for _ in 0..<count { created.append(try createOne(prefix)) }
            try fileSystem.syncDirectory(layout.directory(prefix))
            return created
        } catch {
            discard(created)
            throw error
        }
    }

    /// Removes the files that nobody took.
    func close() {
        let files = state.withLockedValue { state in
            state.isClosed = true
            defer { state.files = [] }
            return state.files
        }
        discard(files)
    }

    private func createOne(_ prefix: String) throws(SystemError) -> BlobFile {
        let hex = prefix + HexID.random().dropFirst(2)
        guard let id = BlobID(hex) else { throw SystemError(operation: "name a blob", code: EINVAL) }
        let path = layout.path(id)
        let unlocked = path + BlobLayout.unlockedSuffix
        let file = BlobFile(id: id, path: path, descriptor: try fileSystem.open(unlocked, O_RDWR | O_CREAT | O_EXCL))
        do {
            try fileSystem.lock(file.descriptor)
            try fileSystem.rename(unlocked, path)
            return file
        } catch {
            _ = try? fileSystem.remove(unlocked)
            throw error
        }
    }

    /// What cannot be removed stays as an empty orphan for the next sweep.
    private func discard(_ files: [BlobFile]) {
        for file in files { _ = try? fileSystem.remove(file.path) }
    }
}
