import Prompts
import SIP

/// A mailbox that only says something (K§10.2, step 3).
struct Announcing: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        visit.story.ended(.announced)
        if case .key(Keys.login) = await visit.playGreeting() { _ = await visit.say(.noAccess) }
        return nil
    }
}
