import Logging
import ServiceLifecycle
import Voicemail

/// What has to be done every few minutes while the server runs.
struct Housekeeping: Service {
    let service: VoicemailService
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
                await round()
            }
        }
    }

    /// A round that fails is made up for by the next.
    private func round() async {
        do {
            try await service.sweep()
        } catch {
            logger.error("housekeeping failed", metadata: ["error": "\(error)"])
        }
    }
}
