import Logging
import PostgresStore
import ServiceLifecycle
import Voicemail

/// What a server whose store others may share does every half minute: it says that it lives, hears how many do, and follows the store's clock.
struct Presence: Service {
    let processes: LiveProcesses
    let clock: DatabaseClock?
    let logger: Logger

    private static let interval = Duration.seconds(30)
    /// Seconds after which a process that says nothing is not counted any more.
    private static let lifetime = 90

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await attempt("the database's time could not be asked for") { try await clock?.compare() }
                await attempt("how many servers there are could not be told") { try await processes.announce(for: Self.lifetime) }
                try? await Task.sleep(for: Self.interval)
            }
        }
        await attempt("that this server is gone could not be told") { try await processes.leave() }
    }

    private func attempt(_ trouble: String, _ step: () async throws -> Void) async {
        do { try await step() } catch is CancellationError {} catch { logger.warning("\(trouble)", metadata: ["error": "\(error)"]) }
    }
}
