import Logging
import ServiceLifecycle
import Voicemail
import Waiting

/// Measures audio that was stored before its length was known: what an earlier run left, what deposits leave, and what commands leave
/// beside the server, for which housekeeping rings. What takes long is put off and does not hold up the others.
struct LateMeasuring: Service {
    let service: VoicemailService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let (long, putOff) = AsyncStream.makeStream(of: BlobRecord.self)
            await withTaskGroup { group in
                group.addTask {
                    await measureLeftovers { putOff.yield($0) }
                    putOff.finish()
                }
                group.addTask { await measure(long) }
            }
        }
    }

    private func measureLeftovers(_ putOff: (BlobRecord) -> Void) async {
        // Audio that cannot be measured is tried again after the next start.
        var passedOver: Set<BlobID> = []
        service.measuringBell.ring()
        while await service.measuringBell.rung() {
            do {
                try await service.housekeeping.measureLeftovers(except: &passedOver, putOff: putOff)
            } catch is CancellationError {
                return
            } catch {
                logger.error("audio that waits to be measured could not be looked for", metadata: ["error": "\(error)"])
            }
        }
    }

    private func measure(_ long: AsyncStream<BlobRecord>) async {
        for await record in long {
            do {
                try await service.housekeeping.measureAtLeisure(record)
            } catch is CancellationError {
                return
            } catch {
                logger.error("audio that waits to be measured could not be looked up", metadata: ["error": "\(error)"])
            }
        }
    }
}
