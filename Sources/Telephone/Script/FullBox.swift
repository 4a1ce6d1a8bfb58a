import Prompts
import SIP

/// A mailbox that has no room (K§10.2, step 5).
struct FullBox: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        await visit.noteFull()
        var end = await visit.say(.greetingIntroduction)
        if end == .finished { end = await visit.playGreeting() }
        if end == .key(Keys.login) {
            _ = await visit.say(.noAccess)
        } else {
            _ = await visit.say(.mailboxFull)
        }
        return nil
    }
}
