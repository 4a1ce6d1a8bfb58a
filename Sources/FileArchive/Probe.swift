import Glibc
import Synchronization

/// Tries whether a file can be written and synced, at most once a second.
final class Probe: Sendable {
    private struct State {
        var triedAt: Double?
        var failure: String?
    }

    private static let lifetime = 1.0

    private let path: String
    private let fileSystem: FileSystem
    private let state = Mutex(State())

    init(path: String, fileSystem: FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Why a file could not be written, or nil. Waits for the device, and for another caller's attempt.
    func run() -> String? {
        state.withLock { state in
            let now = fileSystem.now()
            if let triedAt = state.triedAt, now - triedAt < Self.lifetime { return state.failure }
            state.triedAt = now
            do throws(SystemError) {
                try attempt()
                state.failure = nil
            } catch {
                state.failure = "a trial write failed: \(error)"
            }
            return state.failure
        }
    }

    private func attempt() throws(SystemError) {
        let descriptor = try fileSystem.open(path, O_RDWR | O_CREAT | O_TRUNC)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4096)
        let result = block.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in
                var written = 0
                while written < bytes.count {
                    written += try fileSystem.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[written...]), written)
                }
            }
        }
        try result.get()
        try fileSystem.sync(descriptor)
        _ = try fileSystem.remove(path)
    }
}
