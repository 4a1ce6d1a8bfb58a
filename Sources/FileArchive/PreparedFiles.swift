import Glibc
import Synchronization
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
    private let state = Mutex(State())

    /// - Parameter capacity: files kept ready; 0 prepares none.
    init(layout: BlobLayout, fileSystem: FileSystem, capacity: Int) {
        self.layout = layout
        self.fileSystem = fileSystem
        self.capacity = capacity
    }

    /// Takes a prepared file.
    /// - Returns: nil when none is ready; and whether the caller must see to it that `refill` runs, on a
    ///   thread that may wait.
    func take() -> (file: BlobFile?, wantsRefill: Bool) {
        state.withLock { state in
            let file = state.files.popLast()
            let wantsRefill = state.files.count <= capacity / 2 && capacity > 0 && !state.isRefilling && !state.isClosed
            if wantsRefill { state.isRefilling = true }
            return (file, wantsRefill)
        }
    }

    /// Fills up to the capacity. A failure has nobody to be told to and needs nobody: a deposit that finds
    /// no file ready creates its own and reports what stands in the way.
    func refill() {
        let missing = state.withLock { capacity - $0.files.count }
        let created = (try? create(missing)) ?? []
        let unwanted = state.withLock { state in
            state.isRefilling = false
            if state.isClosed { return created }
            state.files.append(contentsOf: created)
            return []
        }
        discard(unwanted)
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
        let files = state.withLock { state in
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
