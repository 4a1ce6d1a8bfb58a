import Foundation
import Synchronization

/// How long a machine lets programs and files wait. What is promised in milliseconds is promised of one that does not stand still; who tests it on
/// another has to know how long that stood.
public final class Standstill: Sendable {
    private let worst = Mutex(Duration.zero)
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

    /// The longest so far, beyond what is usual.
    public var milliseconds: Int {
        let beyond = max(.zero, worst.withLock(\.self) - Self.usual)
        return Int(beyond / .milliseconds(1))
    }

    private func watch(_ file: FileHandle) {
        let clock = ContinuousClock()
        while !isOver.load(ordering: .relaxed) {
            let start = clock.now
            Thread.sleep(forTimeInterval: Self.step / .seconds(1))
            // One that cannot be written is met by the test itself.
            try? file.write(contentsOf: [0])
            try? file.synchronize()
            let waited = clock.now - start - Self.step
            worst.withLock { $0 = max($0, waited) }
        }
        try? file.close()
    }
}
