import Logging
import ServiceLifecycle

/// Gives memory back to the system when the requests that needed it are over.
///
/// A C allocator keeps what was freed, and the store and the archive keep pages and buffers for the next request. After a busy
/// hour that is most of what the server holds, and no use to a machine that has other things to do at night.
struct IdleMemory: Service {
    /// How long nobody must have asked for anything.
    let quiet: Duration
    /// A number that grows with every request.
    let activity: @Sendable () -> Int
    let release: @Sendable () async throws -> Void
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var (seen, released) = (activity(), activity())
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: quiet)
                } catch is CancellationError {
                    return
                }
                let now = activity()
                if now == seen, now != released {
                    released = now
                    await giveBack()
                }
                seen = now
            }
        }
    }

    private func giveBack() async {
        do {
            try await release()
        } catch {
            logger.error("memory was not given back", metadata: ["error": "\(error)"])
        }
    }
}
