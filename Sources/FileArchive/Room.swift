import Synchronization

/// How much may still be stored: the device's free space above the reserve, and the quota.
///
/// Free space is asked for at most once a second; what is stored in between is counted off, so that a
/// burst within that second stops at the reserve as well.
final class Room: Sendable {
    private struct State {
        var free = 0
        var measuredAt: Double?
        var used = 0
    }

    private static let measurementLifetime = 1.0

    private let root: String
    private let reserve: Int
    private let quota: Int?
    private let fileSystem: FileSystem
    private let state = Mutex(State())

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
        return state.withLock { state in
            if let measuredAt = state.measuredAt, now - measuredAt < Self.measurementLifetime { return false }
            state.measuredAt = now
            return true
        }
    }

    /// Asks the file system for its free space.
    func measure() throws(SystemError) {
        let result = Result { () throws(SystemError) in try fileSystem.freeBytes(root) }
        state.withLock { state in
            switch result {
            case .success(let free): state.free = free
            case .failure: state.measuredAt = nil
            }
        }
        _ = try result.get()
    }

    /// Why nothing can be stored, in a few words; nil when something can.
    func shortage() -> String? {
        state.withLock { state in
            if state.free <= reserve { return "\(max(0, state.free)) bytes free, \(reserve) are kept in reserve" }
            if let quota, state.used >= quota { return "the quota of \(quota) bytes is used" }
            return nil
        }
    }

    /// Takes `count` bytes of the quota; false when they do not fit, and nothing is taken then.
    func take(_ count: Int) -> Bool {
        state.withLock { state in
            if let quota, count > quota - state.used { return false }
            state.used += count
            state.free -= count
            return true
        }
    }

    /// Counts a blob that is there already, even if it is more than the quota allows.
    func count(_ size: Int) {
        state.withLock { $0.used += size }
    }

    /// Gives back what `take` took, or what a removed blob had.
    func giveBack(_ count: Int) {
        state.withLock { $0.used -= count }
    }
}
