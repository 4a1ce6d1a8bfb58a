import NIOPosix
import Synchronization
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finished renderings on disk, within a number of bytes; the least recently used go first.
///
/// Everything here can be made again from the masters: a file that has vanished, or the whole directory, is
/// only a rendering to be repeated. All calls block and belong on a thread pool. The lock is held over the few quick calls
/// (open, rename, unlink) that must not overtake one another.
final class RenditionCache: Sendable {
    private struct Key: Hashable {
        let blob: BlobID
        let rendition: String
    }

    private struct State {
        /// The sizes of the finished ones.
        var sizes: [BlobID: [String: Int]] = [:]
        var order = UseOrder<Key>()
        /// Bytes of the finished ones and of the drafts.
        var bytes = 0
        var drafts: [ObjectIdentifier: BlobID] = [:]
    }

    private let directory: CacheDirectory
    private let byteLimit: Int
    private let threads: NIOThreadPool
    private let state = Mutex(State())

    /// Takes over what an earlier run left in `directory`, which is made if need be.
    init(directory path: String, byteLimit: Int, threads: NIOThreadPool) throws(AudioError) {
        directory = CacheDirectory(path: path)
        self.byteLimit = byteLimit
        self.threads = threads
        try directory.create()
        let found = try directory.scan().sorted { $0.lastUse < $1.lastUse }
        state.withLock { state in
            for file in found { add(file.blob, file.rendition, size: file.size, to: &state) }
            makeRoom(for: 0, in: &state)
        }
    }

    /// Bytes now taken, drafts included.
    var bytes: Int { state.withLock { $0.bytes } }

    /// A finished rendering; nil when it has to be made.
    func open(_ blob: BlobID, _ rendition: String) -> RenderedFile? {
        state.withLock { state in
            guard let size = state.sizes[blob]?[rendition] else { return nil }
            // What is not there, or not as it was, is made again.
            guard let file = try? OpenFile(reading: directory.path(blob, rendition)), (try? file.size()) == size else {
                remove(blob, rendition, from: &state)
                return nil
            }
            file.touch()
            state.order.use(Key(blob: blob, rendition: rendition))
            return RenderedFile(file, size: size, threads: threads)
        }
    }

    /// Drops all renderings of `blob`, also those being made: they go to who waits for them and are not kept.
    func forget(_ blob: BlobID) {
        state.withLock { state in
            for rendition in state.sizes[blob, default: [:]].keys { remove(blob, rendition, from: &state) }
            state.drafts = state.drafts.filter { $0.value != blob }
        }
    }

    // MARK: Drafts

    /// Makes a rendering: `write` fills the file, which then takes its place in the cache.
    /// - Throws: what `write` throws; `AudioError.full` when there is no room in the cache or on the device, `.failed`. Nothing
    ///   is kept then.
    func make(_ blob: BlobID, _ rendition: String, _ write: (FileSink) throws -> Void) throws -> RenderedFile {
        // Again each time: the directory may have been deleted meanwhile.
        try directory.create()
        let partial = directory.newPartialPath()
        let file = try OpenFile(creating: partial)
        let id = ObjectIdentifier(file)
        state.withLock { $0.drafts[id] = blob }
        let sink = FileSink(file) { [self] (bytes) throws(AudioError) in try reserve(bytes) }
        do {
            try write(sink)
            try sink.flush()
            guard sink.length > 0 else { throw AudioError.failed("the rendering is empty") }
        } catch {
            state.withLock { state in
                state.drafts[id] = nil
                state.bytes -= sink.length
                unlink(partial)
            }
            throw error
        }
        state.withLock { state in
            state.bytes -= sink.length
            if state.drafts.removeValue(forKey: id) != nil, rename(partial, directory.path(blob, rendition)) == 0 {
                add(blob, rendition, size: sink.length, to: &state)
            } else {
                unlink(partial)
            }
        }
        return RenderedFile(file, size: sink.length, threads: threads)
    }

    private func reserve(_ bytes: Int) throws(AudioError) {
        let fits = state.withLock { state in
            makeRoom(for: bytes, in: &state)
            guard state.bytes + bytes <= byteLimit else { return false }
            state.bytes += bytes
            return true
        }
        if !fits { throw .full }
    }

    // MARK: Under the lock

    private func add(_ blob: BlobID, _ rendition: String, size: Int, to state: inout State) {
        state.bytes += size - (state.sizes[blob]?[rendition] ?? 0)
        state.sizes[blob, default: [:]][rendition] = size
        state.order.use(Key(blob: blob, rendition: rendition))
    }

    private func remove(_ blob: BlobID, _ rendition: String, from state: inout State) {
        guard let size = state.sizes[blob]?.removeValue(forKey: rendition) else { return }
        if state.sizes[blob]?.isEmpty == true { state.sizes[blob] = nil }
        state.order.remove(Key(blob: blob, rendition: rendition))
        state.bytes -= size
        unlink(directory.path(blob, rendition))
    }

    private func makeRoom(for bytes: Int, in state: inout State) {
        while state.bytes + bytes > byteLimit, let oldest = state.order.leastRecent() {
            remove(oldest.blob, oldest.rendition, from: &state)
        }
    }
}
