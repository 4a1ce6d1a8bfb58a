import Prompts
import SIP

/// A mailbox that takes no messages at all, as one that is not there (K§10.2, step 4).
struct SwitchedOff: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        visit.story.ended(.off)
        _ = await visit.say(.noVoicemail)
        return nil
    }
}
