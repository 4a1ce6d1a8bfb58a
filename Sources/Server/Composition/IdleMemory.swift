import Logging
import ServiceLifecycle

/// Gives memory back to the system when the start or the requests that needed it are over.
///
/// A C allocator keeps what was freed, and the store and the archive keep pages and buffers for the next request. After a busy
/// hour that is most of what the server holds, and no use to a machine that has other things to do at night.
struct IdleMemory: Service {
    /// How long the start takes, at most about.
    let settled: Duration
    /// How long nobody must have asked for anything.
    let quiet: Duration
    /// A number that grows with every request.
    let activity: @Sendable () -> Int
    let release: @Sendable () async throws -> Void
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard (try? await Task.sleep(for: settled)) != nil else { return }
            await giveBack()
            var (seen, released) = (activity(), activity())
            while (try? await Task.sleep(for: quiet)) != nil {
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
