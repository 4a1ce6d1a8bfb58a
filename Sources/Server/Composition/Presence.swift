import Logging
import ServiceLifecycle
import Voicemail

/// Says of this process that it lives, where others may share its store, and hears how many do.
struct Presence: Service {
    let processes: LiveProcesses
    let logger: Logger

    private static let interval = Duration.seconds(30)
    /// Seconds after which a process that says nothing is not counted any more.
    private static let lifetime = 90

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await attempt { try await processes.announce(for: Self.lifetime) }
                try? await Task.sleep(for: Self.interval)
            }
        }
        await attempt { try await processes.leave() }
    }

    private func attempt(_ step: () async throws -> Void) async {
        do { try await step() } catch is CancellationError {} catch {
            logger.warning("how many servers there are could not be told", metadata: ["error": "\(error)"])
        }
    }
}
