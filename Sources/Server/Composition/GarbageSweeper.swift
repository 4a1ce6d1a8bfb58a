import ServiceLifecycle
import Voicemail

/// Removes audio that nothing names any more, behind the requests that left it.
struct GarbageSweeper: Service {
    let service: VoicemailService

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // For what an earlier run or a command has left.
            service.garbageBell.ring()
            for await _ in service.garbageBell.rings { await service.housekeeping.collectGarbage() }
        }
    }
}
