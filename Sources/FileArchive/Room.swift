import NIOConcurrencyHelpers
import Voicemail

/// How much may still be stored: the device's free space above the reserve, and the quota.
///
/// Free space is asked for at most once a second; what is stored in between is counted off, so that a
/// burst within that second stops at the reserve as well.
///
/// For the quota, blobs whose writers hold them are counted apart from those that lie in the directories: the latter can
/// be counted anew, one directory at a time, while others store and remove (`count`).
final class Room: Sendable {
    /// One of the 256 directories.
    private struct Shelf {
        /// Of the blobs that nobody writes.
        var bytes = 0
        /// Blobs that came or went.
        var changes = 0
        /// Blobs that go just now.
        var removals = 0
    }

    private struct State {
        var free = 0
        var measuredAt: Double?
        /// Bytes of the blobs that are being written, and of those that are finished and still held by their writers.
        var held = 0
        var shelves: [String: Shelf] = [:]
        /// Bytes on all shelves.
        var shelved = 0

        var used: Int { held + shelved }

        mutating func change(_ prefix: String, by bytes: Int) {
            shelves[prefix, default: Shelf()].bytes += bytes
            shelves[prefix, default: Shelf()].changes += 1
            shelved += bytes
        }
    }

    private static let measurementLifetime = 1.0

    private let root: String
    private let reserve: Int
    private let quota: Int?
    private let fileSystem: FileSystem
    /// Asked several times by each deposit, and held while a file is unlocked. Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - reserve: bytes of the device that stay free.
    ///   - quota: bytes all blobs together may have.
    init(root: String, reserve: Int, quota: Int?, fileSystem: FileSystem) {
        self.root = root
        self.reserve = reserve
        self.quota = quota
        self.fileSystem = fileSystem
    }

    /// Whether the caller must call `measure`; says so to one caller a second.
    func wantsMeasurement() -> Bool {
        let now = fileSystem.now()
        return state.withLockedValue { state in
            if let measuredAt = state.measuredAt, now - measuredAt < Self.measurementLifetime { return false }
            state.measuredAt = now
            return true
        }
    }

    /// Asks the file system for its free space.
    func measure() throws(SystemError) {
        let result = Result { () throws(SystemError) in try fileSystem.freeBytes(root) }
        state.withLockedValue { state in
            switch result {
            case .success(let free): state.free = free
            case .failure: state.measuredAt = nil
            }
        }
        _ = try result.get()
    }

    /// Bytes of all blobs, those being written included.
    var used: Int { state.withLockedValue { $0.used } }

    /// Why nothing can be stored, in a few words; nil when something can.
    func shortage() -> String? {
        state.withLockedValue { state in
            if state.free <= reserve { return "\(max(0, state.free)) bytes free, \(reserve) are kept in reserve" }
            if let quota, state.used >= quota { return "the quota of \(quota) bytes is used" }
            return nil
        }
    }

    /// Takes `count` bytes of the quota for a blob being written; false when they do not fit, and nothing is taken then.
    func take(_ count: Int) -> Bool {
        state.withLockedValue { state in
            if let quota, count > quota - state.used { return false }
            state.held += count
            state.free -= count
            return true
        }
    }

    /// Gives back what `take` took for a blob that is not kept.
    func giveBack(_ count: Int) {
        state.withLockedValue { $0.held -= count }
    }

    /// Notes that the writer of a finished blob lets go of it.
    /// - Parameter unlock: from then on the blob is listed. It must be quick.
    func settle(_ id: BlobID, size: Int, unlock: () -> Void) {
        state.withLockedValue { state in
            state.held -= size
            state.change(BlobLayout.prefix(of: id), by: size)
            unlock()
        }
    }

    /// Gives back what a blob had.
    /// - Parameter remove: removes the blob and returns its bytes; 0 when it was not there.
    func remove(_ id: BlobID, _ remove: () throws(SystemError) -> Int) throws(SystemError) {
        let prefix = BlobLayout.prefix(of: id)
        state.withLockedValue { $0.shelves[prefix, default: Shelf()].removals += 1 }
        let result = Result { () throws(SystemError) in try remove() }
        state.withLockedValue { state in
            state.shelves[prefix, default: Shelf()].removals -= 1
            if case .success(let size) = result { state.change(prefix, by: -size) }
        }
        _ = try result.get()
    }

    /// Counts one directory anew.
    /// - Parameter list: adds up the blobs that nobody writes.
    /// - Returns: whether it is counted; false when this process changed the directory meanwhile, and nothing is changed then.
    func count(_ prefix: String, _ list: () async throws(ArchiveError) -> Int) async throws(ArchiveError) -> Bool {
        guard let before = undisturbedChanges(of: prefix) else { return false }
        let bytes = try await list()
        return state.withLockedValue { state in
            var shelf = state.shelves[prefix, default: Shelf()]
            guard shelf.removals == 0, shelf.changes == before else { return false }
            state.shelved += bytes - shelf.bytes
            shelf.bytes = bytes
            state.shelves[prefix] = shelf
            return true
        }
    }

    /// Nil while a blob is being removed.
    private func undisturbedChanges(of prefix: String) -> Int? {
        state.withLockedValue { state in
            let shelf = state.shelves[prefix, default: Shelf()]
            return shelf.removals == 0 ? shelf.changes : nil
        }
    }
}
