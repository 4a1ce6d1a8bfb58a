import FileArchive
import Logging
import ServiceLifecycle
import Voicemail

/// What has to be done every few minutes while the server runs.
struct Housekeeping: Service {
    let service: VoicemailService
    let archive: FileArchive
    let interval: Duration
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch is CancellationError {
                    return
                }
                await attempt { try await service.housekeeping.sweep() }
                await attempt { try await archive.recount() }
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
