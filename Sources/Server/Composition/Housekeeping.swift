import Logging
import ServiceLifecycle
import Voicemail

/// What has to be done every few minutes while the server runs.
struct Housekeeping: Service {
    let service: VoicemailService
    let archive: any MaintainedArchive
    let interval: Duration
    let logger: Logger

    /// A pass over all audio, for what a crash has left that was too young at the start.
    private static let orphanSearch = Duration.seconds(24 * 3600)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var nextSearch = ContinuousClock.now + .seconds(2 * 3600)
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch is CancellationError {
                    return
                }
                await attempt { try await service.housekeeping.sweep() }
                await attempt { try await archive.recount() }
                guard ContinuousClock.now >= nextSearch else { continue }
                nextSearch = ContinuousClock.now + Self.orphanSearch
                await attempt { _ = try await service.housekeeping.removeOrphans() }
            }
        }
    }

    /// A step that fails is made up for by the next round.
    private func attempt(_ step: () async throws -> Void) async {
        do {
            try await step()
        } catch {
            logger.error("housekeeping failed", metadata: ["error": "\(error)"])
        }
    }
}
