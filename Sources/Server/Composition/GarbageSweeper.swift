import ServiceLifecycle
import Voicemail
import Waiting

/// Removes audio that nothing names any more, behind the requests that left it.
struct GarbageSweeper: Service {
    let service: VoicemailService

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // For what an earlier run or a command has left.
            service.garbageBell.ring()
            while await service.garbageBell.rung() { await service.housekeeping.collectGarbage() }
        }
    }
}
