import Logging
import ServiceLifecycle
import Voicemail

/// Measures audio that was stored before its length was known: what an earlier run left, what deposits leave, and what commands leave
/// beside the server, for which housekeeping rings.
struct LateMeasuring: Service {
    let service: VoicemailService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // What fails is tried again by the next start.
            var failures: Set<BlobID> = []
            service.measuringBell.ring()
            for await _ in service.measuringBell.rings {
                do {
                    try await service.housekeeping.measureLeftovers(except: &failures)
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("audio that waits to be measured could not be looked for", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
