import Foundation
import Synchronization

/// How long a machine lets programs and files wait. What is promised in milliseconds is promised of one that does not stand still; who tests it on
/// another has to know how long that stood.
public final class Standstill: Sendable {
    private struct State {
        var worst = Duration.zero
        /// When the wait that goes on has begun.
        var began = ContinuousClock.now

        mutating func note() { worst = max(worst, ContinuousClock.now - began - Standstill.step) }
    }

    private let state = Mutex(State())
    private let isOver = Atomic(false)

    /// What a machine may take to wake somebody and to sync a byte without standing still.
    private static let usual = Duration.milliseconds(100)
    private static let step = Duration.milliseconds(50)

    /// Runs `body` while it is watched how long writers of the disk of `directory` wait.
    public static func watching<Value>(_ directory: String, _ body: (Standstill) async throws -> Value) async throws -> Value {
        let standstill = Standstill()
        let path = directory + "/standstill-" + UUID().uuidString
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forUpdatingAtPath: path) else {
            throw POSIXError(.EIO)
        }
        let thread = Thread { standstill.watch(file) }
        thread.name = "standstill"
        thread.start()
        let result = await Result { () async throws -> Value in try await body(standstill) }
        standstill.isOver.store(true, ordering: .relaxed)
        try FileManager.default.removeItem(atPath: path)
        return try result.get()
    }

    /// The longest so far, the one that goes on included, beyond what is usual.
    public var milliseconds: Int {
        let worst = state.withLock { state in
            state.note()
            return state.worst
        }
        return Int(max(.zero, worst - Self.usual) / .milliseconds(1))
    }

    private func watch(_ file: FileHandle) {
        while !isOver.load(ordering: .relaxed) {
            state.withLock { $0.began = .now }
            Thread.sleep(forTimeInterval: Self.step / .seconds(1))
            // One that cannot be written is met by the test itself.
            try? file.write(contentsOf: [0])
            try? file.synchronize()
            state.withLock { $0.note() }
        }
        try? file.close()
    }
}
