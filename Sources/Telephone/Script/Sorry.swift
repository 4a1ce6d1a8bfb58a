import Logging
import Prompts
import SIP
import Voicemail

/// Something is wrong here. The caller hears it; what he said so far lies where `Leftovers` finds it.
struct Sorry: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        visit.service.logger.error(
            "a message could not be taken", metadata: ["call_id": "\(visit.call.invitation.callID)", "error": "\(visit.story.told.failure ?? "")"])
        _ = await visit.say(.notTaken)
        return nil
    }
}
