import NIOCore
import NIOPosix
import Threads
import Voicemail

/// Threads that may wait for the device.
struct Workers: Sendable {
    private let pool: NIOThreadPool

    init(threads: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// Runs `body` on one of the threads. Cancelling the task does not reach it: cleaning up after a
    /// cancelled upload needs the same threads as the upload did.
    /// - Throws: what `body` throws; `ArchiveError.failed` after `stop`.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws(ArchiveError) -> Value) async throws(ArchiveError) -> Value {
        let result: Result<Value, ArchiveError> = await withCheckedContinuation { continuation in
            pool.submit { state in
                guard case .active = state else {
                    return continuation.resume(returning: .failure(.failed("the archive is closed")))
                }
                do throws(ArchiveError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body`, which reads, where the caller is if that thread may wait, else as `run` does.
    func read<Value: Sendable>(_ body: @escaping @Sendable () throws(ArchiveError) -> Value) async throws(ArchiveError) -> Value {
        if WorkerThreads.shared.isCurrent { return try body() }
        return try await run(body)
    }

    /// Runs `body` some time later; not at all when the archive is closed first.
    func runLater(_ body: @escaping @Sendable () -> Void) {
        pool.submit { state in
            if case .active = state { body() }
        }
    }

    /// Waits for what is running and ends the threads.
    func stop() async throws { try await pool.shutdownGracefully() }
}
